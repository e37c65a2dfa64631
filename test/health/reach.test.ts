import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeReach, type ReachSeen, reachable, triesReach } from "../../src/health/reach.ts";
import { instant } from "../../src/model/time.ts";

const seen = (change: Partial<ReachSeen>): ReachSeen => ({
  own: "none",
  peer: "some",
  holds: true,
  failedSince: () => true,
  ...change,
});
const cutOff = { doubtSince: instant(1), cutOff: true };

describe("a router that reaches none of the real servers", () => {
  it("is cut off if the peer reaches some, and a round begun after its word has failed again", () => {
    const asked: number[] = [];
    const round = (over: boolean) =>
      seen({ failedSince: (since) => asked.push(since) > 0 && over });
    const doubting = judgeReach(reachable, round(true), instant(1));
    assert.deepEqual(doubting, { doubtSince: 1, cutOff: false });
    assert.deepEqual(judgeReach(doubting, round(false), instant(2)), doubting);
    assert.deepEqual(judgeReach(doubting, round(true), instant(3)), cutOff);
    assert.deepEqual(asked, [1, 1], "the round is that since the peer's word");
  });

  it("is not, while the peer reaches none either, or says nothing, or an own try has succeeded", () => {
    const doubting = judgeReach(reachable, seen({}), instant(1));
    for (const change of [{ peer: "none" }, { peer: "unknown" }, { own: "some" }] as const) {
      assert.deepEqual(judgeReach(reachable, seen(change), instant(2)), reachable);
      assert.deepEqual(judgeReach(doubting, seen(change), instant(2)), reachable);
    }
  });

  it("stays cut off once it holds no more, whatever the peer meets, until it reaches one", () => {
    for (const peer of ["none", "unknown", "some"] as const)
      for (const own of ["none", "unknown"] as const)
        assert.equal(judgeReach(cutOff, seen({ holds: false, peer, own }), instant(9)), cutOff);
    assert.deepEqual(
      judgeReach(cutOff, seen({ holds: false, own: "some" }), instant(9)),
      reachable,
    );
  });

  it("is no longer cut off as a holder when the peer cannot do better any more", () => {
    for (const peer of ["none", "unknown"] as const)
      assert.deepEqual(judgeReach(cutOff, seen({ peer }), instant(9)), reachable);
    assert.equal(judgeReach(cutOff, seen({}), instant(9)), cutOff);
  });

  it("makes tries of its own when the active peer asks, or it was cut off", () => {
    assert.equal(triesReach(reachable, "none"), true);
    assert.equal(triesReach(reachable, "some"), false);
    assert.equal(triesReach(reachable, "unknown"), false);
    assert.equal(triesReach(cutOff, "some"), true);
  });
});
