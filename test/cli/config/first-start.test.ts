import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { firstStarted } from "../../../src/cli/config/first-start.ts";
import { waitsForStart } from "../../../src/cli/patience.ts";
import { controlClient } from "../../../src/control/client.ts";
import { problemElsewhere } from "../../../src/keys/problem.ts";
import { ms } from "../../../src/model/time.ts";
import { samplePlan, sampleSave } from "../../control/sample.ts";
import { lvsd, Recorder, serve } from "../recorder.ts";
import { text } from "./saved.ts";

describe("a first configuration", { timeout: 20_000 }, () => {
  /** A router without a configuration, and the one that it becomes while it is given one. */
  async function fresh(t: TestContext) {
    const { runDir, daemon } = await serve(t);
    const next = {
      ...daemon.current,
      started: "2026-01-01T00:09:00.000Z",
      state: "starting",
    } as const;
    daemon.current = { ...daemon.current, state: "unconfigured" };
    /** The next process answers a moment later. */
    const becomes = (): void => {
      setTimeout(() => {
        daemon.current = { ...next, role: "backup" };
      }, 100);
    };
    const file = join(runDir, "first.yaml");
    writeFileSync(file, text);
    return { runDir, daemon, file, becomes };
  }

  test("is applied once the next process answers with it", async (t) => {
    const { runDir, daemon, file, becomes } = await fresh(t);
    const stored = { ...sampleSave, serial: 1, peer: "none" } as const;
    daemon.saved = async () => {
      becomes();
      return stored;
    };
    const applied = await lvsd(["apply", file, "--run-dir", runDir]);
    assert.equal(
      applied.out,
      "serial 1 stored on this router alone; the daemon runs with it: backup, starting\n",
    );
    assert.deepEqual([applied.status, applied.error], [0, ""]);
  });

  test("is loaded likewise, and the JSON is the daemon's answer", async (t) => {
    const { runDir, daemon, becomes } = await fresh(t);
    daemon.planned = async () => {
      becomes();
      return { ...samplePlan, changes: [] };
    };
    const { status, out } = await lvsd(["reload", "--json", "--run-dir", runDir]);
    assert.deepEqual([status, JSON.parse(out)], [0, { ...samplePlan, changes: [] }]);
    assert.equal(daemon.current.state, "starting");
  });

  test("that no process runs with is no success in the JSON either", async (t) => {
    const { runDir, daemon } = await fresh(t);
    const terminal = new Recorder();
    const report = { ...sampleSave, serial: 1 };
    const status = await firstStarted(
      controlClient(join(runDir, "lvsd.sock")),
      daemon.current,
      { report, done: "serial 1 stored" },
      { options: { runDir, config: null, json: true }, terminal, patience: ms(1) },
    );
    const message = "serial 1 stored, but no daemon runs with it: it has not ended yet";
    const problems = [{ ...problemElsewhere(message), hint: "journalctl -u lvsd" }];
    assert.deepEqual(
      [status, JSON.parse(terminal.outText)],
      [1, { ...report, ok: false, problems }],
    );
    assert.equal(terminal.errorText, `lvsd: ${message} (journalctl -u lvsd)\n`);
  });

  test("says what it waits for where the next process is slow", async (t) => {
    const { runDir, daemon, becomes } = await fresh(t);
    daemon.saved = async () => ({ ...sampleSave, serial: 1 });
    const terminal = new Recorder();
    terminal.heard = becomes;
    const file = join(runDir, "first.yaml");
    const { status, error } = await lvsd(["apply", file, "--run-dir", runDir], terminal);
    assert.deepEqual([status, error], [0, `lvsd: ${waitsForStart}\n`]);
  });
});
