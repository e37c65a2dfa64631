/** What operators type to drain, disable and enable; the daemon behind the socket is scripted. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lvsd, serve } from "./recorder.ts";

describe("lvsd drain, disable, enable", { timeout: 20_000 }, () => {
  test("say in whose name they ask, and what came of it", async (t) => {
    const { runDir, daemon } = await serve(t);
    const at = ["--run-dir", runDir];
    const drain = await lvsd(["drain", "web", "rs1", ...at]);
    assert.deepEqual(
      [drain.status, drain.out, drain.error],
      [0, "web/rs1 gets no new connections\n", ""],
    );
    const disable = await lvsd(["disable", "web", ...at]);
    assert.equal(disable.out, "web is out of service\n");
    const enable = await lvsd(["enable", "web", "rs1", "--everywhere", "--json", ...at]);
    assert.equal(JSON.parse(enable.out).order, "enable");
    const asked = daemon.ordered as { order: string; by: string; everywhere?: boolean }[];
    assert.deepEqual(
      asked.map(({ order, everywhere }) => [order, everywhere]),
      [
        ["drain", false],
        ["disable", undefined],
        ["enable", true],
      ],
    );
    for (const { by } of asked) assert.match(by, /\w/);
  });

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

  test("misuse is 2 and reaches no daemon", async (t) => {
    const { runDir, daemon } = await serve(t);
    const at = ["--run-dir", runDir];
    for (const words of [
      ["drain", "web"],
      ["drain", "web", "rs1", "rs2"],
      ["drain", "web", "rs1", "--wait=soon"],
      ["disable", "web", "--everywhere"],
      ["enable"],
    ])
      assert.equal((await lvsd([...words, ...at])).status, 2, words.join(" "));
    assert.deepEqual(daemon.ordered, []);
  });
});
