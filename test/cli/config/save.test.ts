/** The commands that store a configuration; the daemon behind the socket is scripted. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { firstStarted } from "../../../src/cli/config/first-start.ts";
import { waitsForStart } from "../../../src/cli/patience.ts";
import { controlClient } from "../../../src/control/client.ts";
import { problemElsewhere } from "../../../src/keys/problem.ts";
import { ms } from "../../../src/model/time.ts";
import { guarded, invalidFile, samplePlan, sampleSave } from "../../control/sample.ts";
import { lvsd, Recorder, serve } from "../recorder.ts";

const text = "# mine\nserial: 3\n";

describe("lvsd apply", { timeout: 20_000 }, () => {
  test("hands the file's text over and says where it was stored", async (t) => {
    const { runDir, daemon } = await serve(t);
    const file = join(runDir, "next.yaml");
    writeFileSync(file, text);
    const { status, out } = await lvsd(["apply", file, "--yes", "--run-dir", runDir]);
    assert.equal(status, 0);
    assert.match(out, /^serial 8 stored on both routers\n4 changes made/);
    assert.deepEqual([daemon.texts, daemon.forced], [[text], [true]]);
    const json = await lvsd(["apply", file, "--json", "--run-dir", runDir]);
    assert.deepEqual(JSON.parse(json.out), sampleSave);
    assert.deepEqual(daemon.forced, [true, false]);
  });

  test("takes a configuration that is larger than other requests may be", async (t) => {
    const { runDir, daemon } = await serve(t);
    const file = join(runDir, "next.yaml");
    // Characters of two to four bytes, which the pieces that arrive cut in two.
    const large = `${text}#${"\u00e9\u20ac\u{1f600}".repeat(50_000)}\n`;
    writeFileSync(file, large);
    assert.equal((await lvsd(["apply", file, "--run-dir", runDir])).status, 0);
    assert.ok(daemon.texts[0] === large, "the text is the file's, character by character");
  });

  test("tells the problems with the name of the file that was given", async (t) => {
    const { runDir, daemon } = await serve(t);
    const file = join(runDir, "next.yaml");
    writeFileSync(file, text);
    daemon.saved = async () => invalidFile;
    const { status, error } = await lvsd(["apply", file, "--run-dir", runDir]);
    assert.equal(status, 2);
    assert.ok(error.startsWith(`lvsd: ${file}:12:15: heartbeat.dead_after`), error);
    daemon.saved = async () => guarded;
    assert.equal((await lvsd(["apply", file, "--run-dir", runDir])).status, 1);
  });

  test("ends with 2 where there is no such file", async (t) => {
    const { runDir, daemon } = await serve(t);
    const { status, error } = await lvsd(["apply", join(runDir, "none"), "--run-dir", runDir]);
    assert.deepEqual([status, daemon.texts], [2, []]);
    assert.match(error, /none: there is no such file/);
  });
});

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

describe("lvsd sync and lvsd config", { timeout: 20_000 }, () => {
  test("sync tells what the peer was given", async (t) => {
    const { runDir } = await serve(t);
    const { status, out } = await lvsd(["sync", "--run-dir", runDir]);
    assert.deepEqual([status, out], [0, "serial 8 given to the peer\n"]);
  });

  test("history lists what was replaced, newest first", async (t) => {
    const { runDir } = await serve(t);
    const { status, out } = await lvsd(["config", "history", "--run-dir", runDir]);
    assert.equal(status, 0);
    assert.match(out, /^now {2}serial 7 {2}0f0f.*\n {2}1 {2}serial 6 {2}6a6a.*2026-01-01T00:05/);
  });

  test("diff shows what changed since", async (t) => {
    const { runDir } = await serve(t);
    const { status, out } = await lvsd(["config", "diff", "--run-dir", runDir]);
    assert.equal(status, 0);
    assert.match(out, /-serial: 6\n\+serial: 7\n$/);
    const beyond = await lvsd(["config", "diff", "2", "--run-dir", runDir]);
    assert.equal(beyond.status, 1);
    assert.match(beyond.error, /the history does not reach 2 back/);
  });

  test("rollback goes back by one or by as many as are given", async (t) => {
    const { runDir, daemon } = await serve(t);
    assert.equal((await lvsd(["config", "rollback", "--run-dir", runDir])).status, 0);
    assert.equal((await lvsd(["config", "rollback", "3", "--yes", "--run-dir", runDir])).status, 0);
    assert.deepEqual(
      [daemon.texts, daemon.forced],
      [
        ["back 1", "back 3"],
        [false, true],
      ],
    );
    for (const wrong of [["0"], ["x"], ["1", "2"]])
      assert.equal((await lvsd(["config", "rollback", ...wrong, "--run-dir", runDir])).status, 2);
    assert.equal((await lvsd(["config", "burn", "--run-dir", runDir])).status, 2);
  });
});
