import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lvsd, serve } from "../recorder.ts";

describe("lvsd drain --wait", { timeout: 20_000 }, () => {
  test("--wait follows the connections to none, wherever it stands", async (t) => {
    const { runDir, daemon } = await serve(t);
    for (const words of [
      ["drain", "web", "rs1", "--wait"],
      ["drain", "--wait", "web", "rs1"],
      ["drain", "web", "rs1", "--wait=5m"],
      ["drain", "web", "rs1", "--wait", "5m"],
    ]) {
      daemon.progress = [{ ok: true, state: "draining", connections: 2, moved: null }];
      const { status, out, error } = await lvsd([...words, "--run-dir", runDir]);
      assert.match(out, /no new connections\n2 connections left\ndrained after \S/);
      assert.deepEqual([status, error], [0, ""]);
    }
  });

  test("--wait ends with 1 when its time is over", async (t) => {
    const { runDir, daemon } = await serve(t);
    const draining = { ok: true, state: "draining", connections: 1, moved: null } as const;
    daemon.progress = [draining, draining, draining];
    const words = ["drain", "web", "rs1", "--wait=200ms", "--json", "--run-dir", runDir];
    const { status, out, error } = await lvsd(words);
    assert.equal(status, 1);
    assert.match(error, /not drained after .*: 1 connection left/);
    assert.equal(JSON.parse(out).ok, false);
  });
});
