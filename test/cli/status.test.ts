import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sampleStatus } from "../control/sample.ts";
import { lvsd, Recorder, serve } from "./recorder.ts";

describe("lvsd status", { timeout: 20_000 }, () => {
  test("prints a report, or with --json the daemon's body", async (t) => {
    const { runDir } = await serve(t);
    const report = await lvsd(["status", "--run-dir", runDir]);
    assert.equal(report.status, 0);
    assert.match(report.out, /^Router +primary, active/);
    const json = await lvsd(["status", "--json", "--run-dir", runDir]);
    assert.deepEqual(JSON.parse(json.out), sampleStatus);
    assert.deepEqual([json.status, json.error], [0, ""]);
  });

  test("--watch looks again until it is stopped, also while the daemon is away", async (t) => {
    const { runDir, stop } = await serve(t);
    const terminal = new Recorder();
    terminal.heard = () => {
      if (terminal.outText.includes("no daemon answers")) terminal.stop.abort();
      else void stop();
    };
    const { status, out } = await lvsd(["status", "--watch", "--run-dir", runDir], terminal);
    assert.equal(status, 0);
    assert.match(out, /^Router.+\nlvsd: no daemon answers at/s);
  });
});
