import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  judgeReach,
  type ReachSeen,
  reachable,
  triesReach,
  untriedReach,
} from "../../src/health/reach.ts";
import type { Reach } from "../../src/model/router.ts";
import { type Instant, instant } from "../../src/model/time.ts";

const seen = (change: Partial<ReachSeen>): ReachSeen => ({
  own: "none",
  goOut: true,
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

  it("is no longer cut off when no check goes to a real server any more", () => {
    const without = seen({ own: "unknown", goOut: false, holds: false });
    assert.equal(judgeReach(cutOff, without, instant(9)), reachable);
  });

  it("is no longer cut off as a holder when the peer cannot do better any more", () => {
    for (const peer of ["none", "unknown"] as const)
      assert.deepEqual(judgeReach(cutOff, seen({ peer }), instant(9)), reachable);
    assert.equal(judgeReach(cutOff, seen({}), instant(9)), cutOff);
  });

  it("makes tries of its own when the active peer asks, or it was cut off", () => {
    const now = instant(1);
    assert.equal(triesReach(reachable, "none", null, now), true);
    assert.equal(triesReach(reachable, "some", null, now), false);
    assert.equal(triesReach(reachable, "unknown", null, now), false);
    assert.equal(triesReach(cutOff, "some", null, now), true);
  });

  it("makes them from 30 s before a failback to it is due", () => {
    const due = instant(100_000);
    assert.equal(triesReach(reachable, "some", due, instant(69_999)), false);
    assert.equal(triesReach(reachable, "some", due, instant(70_000)), true);
    assert.equal(triesReach(reachable, "some", due, instant(200_000)), true);
  });
});

describe("a failback to a router that has not checked", () => {
  const due = instant(100_000);
  const waits = (own: Reach, activePeer: Reach, at: number, failback: Instant | null = due) =>
    untriedReach({ own, activePeer, failback }, instant(at)) !== null;

  it("waits for a try that reaches a real server, from 30 s before it is due to 30 s after", () => {
    const times = [69_999, 70_000, 100_000, 129_999, 130_000];
    for (const [own, peer] of [
      ["unknown", "some"],
      ["unknown", "unknown"],
      ["none", "unknown"],
    ] as const)
      assert.deepEqual(
        times.map((at) => waits(own, peer, at)),
        [false, true, true, true, false],
        `${own}, and the active router ${peer}`,
      );
  });

  it("waits for as long as this router reaches none and the active one some", () => {
    assert.equal(waits("none", "some", 1_000_000), true);
  });

  it("does not wait where this router reaches one, or the active router reaches none either", () => {
    for (const peer of ["unknown", "some", "none"] as const)
      assert.equal(waits("some", peer, 100_000), false);
    for (const own of ["unknown", "none"] as const)
      assert.equal(waits(own, "none", 100_000), false);
  });

  it("waits before anything is due, so that what is due at once does not come first", () => {
    assert.equal(waits("unknown", "some", 1, null), true);
  });
});
