import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wakeAt } from "../../../src/failover/machine.ts";
import { ms } from "../../../src/model/time.ts";
import { active, Bench, kinds, rules } from "../machine-bench.ts";

describe("a router that hears its peer no more", () => {
  it("counts it as dead dead_after after its last beat, to the millisecond", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    bench.now = 100;
    bench.hear({ state: "active", holds: true });
    assert.deepEqual(kinds(bench.sleepUntil(1099)), []);
    assert.deepEqual(kinds(bench.sleepUntil(1100)), ["claim"]);
  });

  it("gives no verdict at a late wake, but at the next poll turn", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    bench.now = 100;
    bench.hear({ state: "active", holds: true });
    bench.sleepUntil(1000);
    bench.now = 1103;
    assert.deepEqual(kinds(bench.feed({ kind: "wake" })), []);
    assert.equal(wakeAt(bench.router), 1103);
    assert.deepEqual(kinds(bench.feed({ kind: "wake" })), ["claim"]);
  });

  it("takes the longer dead_after of both", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    bench.now = 100;
    bench.hear({ state: "active", holds: true, deadAfter: ms(5000) });
    assert.deepEqual(kinds(bench.sleepUntil(5099)), []);
    assert.deepEqual(kinds(bench.sleepUntil(5100)), ["claim"]);
  });
});

describe("a holder that slept", () => {
  it("that slept too long lets go before it does anything else", () => {
    const bench = active();
    bench.now += 1500;
    const [first] = bench.feed({ kind: "wake" });
    assert.deepEqual(first, { kind: "release" });
  });

  it("without a backup may sleep as long as it likes", () => {
    const bench = new Bench({ rules: { ...rules, alone: true } });
    bench.feed({ kind: "wake" }, { kind: "ready" }, { kind: "claimed" });
    bench.now += 60_000;
    assert.deepEqual(bench.feed({ kind: "wake" }), []);
  });
});
