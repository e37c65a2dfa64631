import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LvsdEvent } from "../../src/model/event.ts";
import { sampleEvents } from "../control/sample.ts";
import { lvsd, Recorder, serve, serveIn } from "./recorder.ts";

describe("lvsd events", { timeout: 20_000 }, () => {
  test("prints the history, newest last, and ends", async (t) => {
    const { runDir } = await serve(t);
    const { status, out } = await lvsd(["events", "--run-dir", runDir]);
    assert.equal(status, 0);
    assert.deepEqual(
      out
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/ {2,}/).slice(1)),
      sampleEvents.map((event) => [event.severity, event.event, event.message]),
    );
  });

  test("-f goes on with each event once, past a restart of the daemon", async (t) => {
    const { runDir, daemon, stop } = await serve(t);
    const terminal = new Recorder();
    const event = (message: string): LvsdEvent => ({
      ...(sampleEvents[0] ?? assert.fail()),
      message,
    });
    const steps = [
      () => daemon.happen(event("first")),
      async () => {
        await stop();
        await serveIn(t, runDir, daemon);
      },
      () => daemon.happen(event("after the restart")),
      () => terminal.stop.abort(),
    ];
    let done = 0;
    terminal.heard = () => {
      const lines = terminal.outText.split("\n").length - 1;
      const reached = [2, 3, terminal.errorText === "" ? Infinity : 3, 4][done] ?? Infinity;
      if (lines < reached) return;
      const step = steps[done];
      done += 1;
      // Not inside the stream's own call; a new daemon needs its follower before it tells.
      if (done === 3) {
        const told = setInterval(() => {
          if (daemon.followers === 0) return;
          clearInterval(told);
          void step?.();
        }, 5);
      } else setImmediate(() => void step?.());
    };
    const { status, out, error } = await lvsd(
      ["events", "-f", "--json", "--run-dir", runDir],
      terminal,
    );
    assert.equal(status, 0);
    assert.deepEqual(
      out
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as LvsdEvent).message),
      [...sampleEvents.map((each) => each.message), "first", "after the restart"],
    );
    assert.equal(error, "lvsd: the daemon is gone; waiting for it\n");
  });
});
