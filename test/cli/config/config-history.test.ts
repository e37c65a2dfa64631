import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lvsd, serve } from "../recorder.ts";

describe("lvsd config", { timeout: 20_000 }, () => {
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
