import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wakeAt } from "../../../src/failover/machine.ts";
import { ms } from "../../../src/model/time.ts";
import { active, kinds } from "../machine-bench.ts";

describe("a holder that is asked to let go", () => {
  it("answers the operator once, and says why not", () => {
    const bench = active();
    bench.hear({ ready: false });
    const effects = bench.feed({ kind: "switchover", request: 3 });
    const answers = effects.filter((effect) => effect.kind === "answer");
    assert.deepEqual(answers, [
      {
        kind: "answer",
        request: 3,
        why: "the peer is not ready: its table is not programmed yet",
      },
    ]);
  });

  it("that stops without a peer releases, says that it leaves, and ends", () => {
    const bench = active();
    bench.sleepUntil(6000);
    assert.deepEqual(kinds(bench.feed({ kind: "stop" })), ["release"]);
    assert.deepEqual(kinds(bench.feed({ kind: "released" })), ["stopped"]);
    assert.equal(wakeAt(bench.router), null);
    assert.deepEqual(bench.feed({ kind: "wake" }), []);
  });

  it("that cannot keep its addresses for a restart stops instead", () => {
    const bench = active();
    bench.sleepUntil(6000);
    assert.deepEqual(kinds(bench.feed({ kind: "restart", holdFor: ms(3000) })), ["keep"]);
    assert.deepEqual(kinds(bench.feed({ kind: "keep-failed", why: "no such device" })), [
      "release",
    ]);
    assert.deepEqual(kinds(bench.feed({ kind: "released" })), ["stopped"]);
  });
});
