/**
 * The commands that ask a daemon. The daemon behind the socket is scripted (test/control/sample.ts
 * says why); everything from the words typed to the bytes on the socket is real.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { LvsdEvent } from "../../src/model/event.ts";
import { guarded, invalidFile, sampleEvents, samplePlan, sampleStatus } from "../control/sample.ts";
import { lvsd, Recorder, serve, serveIn, temporary } from "./recorder.ts";

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

describe("lvsd restart", { timeout: 20_000 }, () => {
  const next = { ...sampleStatus, started: "2026-01-02T00:00:00.000Z" };

  test("waits until another process is in the same state", async (t) => {
    const { runDir, daemon } = await serve(t);
    let asked = 0;
    daemon.status = async () => {
      asked += 1;
      if (asked === 1) return sampleStatus;
      return asked === 2 ? { ...next, state: "starting" } : next;
    };
    const { status, out, error } = await lvsd(["restart", "--run-dir", runDir]);
    assert.match(out, /^restarted; active again after \S/);
    assert.deepEqual([status, error, asked], [0, "", 3]);
    const json = await lvsd(["restart", "--json", "--run-dir", runDir]);
    assert.deepEqual(Object.keys(JSON.parse(json.out)), ["ok", "state", "took_ms"]);
  });

  test("fails when the peer has taken over meanwhile", async (t) => {
    const { runDir, daemon } = await serve(t);
    const { peer } = sampleStatus;
    assert.ok(peer !== null);
    daemon.current = { ...next, state: "standby", peer: { ...peer, state: "active" } };
    const { status, error } = await lvsd(["restart", "--run-dir", runDir]);
    assert.equal(status, 1);
    assert.match(error, /the next process is standby, not active/);
  });

  test("is refused like a reload where the file on disk is invalid", async (t) => {
    const { runDir, daemon } = await serve(t);
    daemon.restarted = async () => invalidFile;
    const { status, error } = await lvsd(["restart", "--run-dir", runDir]);
    assert.equal(status, 2);
    assert.match(error, /^lvsd: \/etc\/lvsd\/lvsd.yaml:12:15: /);
  });
});

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

for (const command of ["plan", "reload"]) {
  describe(`lvsd ${command}`, { timeout: 20_000 }, () => {
    test("prints the changes and is done", async (t) => {
      const { runDir } = await serve(t);
      const report = await lvsd([command, "--run-dir", runDir]);
      assert.equal(report.status, 0);
      assert.match(report.out, /^4 changes (to make|made); 98 virtual services unchanged\n/);
      const json = await lvsd([command, "--json", "--run-dir", runDir]);
      assert.deepEqual([json.status, JSON.parse(json.out)], [0, samplePlan]);
    });

    test("exits 2 for an invalid file, with its places, and 1 for what does not hold now", async (t) => {
      const { runDir, daemon } = await serve(t);
      for (const [refusal, status, line] of [
        [
          invalidFile,
          2,
          "lvsd: /etc/lvsd/lvsd.yaml:12:15: heartbeat.dead_after: 300ms is less than 2 x interval (2 x 250ms) (use at least 500ms)\n",
        ],
        [
          guarded,
          1,
          "lvsd: the file removes 6 of 10 real servers, more than guard.remove_percent: 50 (give --yes if that is meant)\n",
        ],
      ] as const) {
        daemon.planned = async () => refusal;
        assert.deepEqual(await lvsd([command, "--run-dir", runDir]), {
          status,
          out: "",
          error: line,
        });
        const json = await lvsd([command, "--json", "--run-dir", runDir]);
        assert.equal(json.status, status);
        assert.deepEqual(JSON.parse(json.out), { ok: false, problems: refusal.problems });
      }
    });

    test("exits 2 for a file that is not the daemon's, and for one that is missing", async (t) => {
      const { runDir, daemon } = await serve(t);
      const own = join(temporary(t), "lvsd.yaml");
      const other = join(temporary(t), "other.yaml");
      writeFileSync(own, "");
      writeFileSync(other, "");
      daemon.current = { ...sampleStatus, config: { ...sampleStatus.config, path: own } };
      const run = (file: string) => lvsd([command, "-c", file, "--run-dir", runDir]);
      assert.equal((await run(own)).status, 0);
      const asked = daemon.forced.length;
      const { status, error } = await run(other);
      assert.equal(status, 2);
      assert.match(error, /other\.yaml: the daemon runs with .*lvsd\.yaml, not with this file/);
      const missing = await run(`${other}.not`);
      assert.deepEqual([missing.status, missing.error], [2, `lvsd: ${other}.not: no such file\n`]);
      assert.equal(daemon.forced.length, asked, "nothing was reloaded");
    });
  });
}

test("lvsd reload passes the guard only with --yes", async (t) => {
  const { runDir, daemon } = await serve(t);
  await lvsd(["reload", "--run-dir", runDir]);
  await lvsd(["reload", "--yes", "--run-dir", runDir]);
  assert.deepEqual(daemon.forced, [false, true]);
});

test("lvsd switchover says how long it took, or exits 1 with the reason", async (t) => {
  const { runDir, daemon } = await serve(t);
  assert.deepEqual(await lvsd(["switchover", "--run-dir", runDir]), {
    status: 0,
    out: "the peer is active; handed over in 31 ms\n",
    error: "",
  });
  daemon.switched = {
    ...guarded,
    problems: [
      { ...(guarded.problems[0] ?? assert.fail()), message: "the peer is dead", hint: null },
    ],
  };
  assert.deepEqual(await lvsd(["switchover", "--run-dir", runDir]), {
    status: 1,
    out: "",
    error: "lvsd: the peer is dead\n",
  });
});
