import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Effect } from "../../../src/failover/protocol.ts";
import { active, Bench } from "../machine-bench.ts";

describe("a router that hears the peer announce a VIP", () => {
  const sends = (effects: readonly Effect[]): number =>
    effects.filter(({ kind }) => kind === "send").length;

  it("speaks at once if it holds, and no more often than every 20 ms", () => {
    const bench = active();
    bench.sleepUntil(3100);
    assert.equal(sends(bench.feed({ kind: "contested" })), 1);
    assert.equal(sends(bench.feed({ kind: "contested" }, { kind: "contested" })), 0);
    assert.equal(sends(bench.sleepUntil(3119)), 0);
    assert.equal(sends(bench.sleepUntil(3121)), 1);
  });

  it("says nothing out of turn if it does not hold", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    bench.now = 100;
    assert.equal(sends(bench.feed({ kind: "contested" })), 0);
  });
});
