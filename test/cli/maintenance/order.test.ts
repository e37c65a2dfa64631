import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lvsd, serve } from "../recorder.ts";

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
