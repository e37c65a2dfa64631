import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { peerStatus } from "../../src/failover/peer-status.ts";
import type { Rules } from "../../src/failover/protocol.ts";
import { instant } from "../../src/model/time.ts";
import { beatTo } from "./pulse/pair.ts";
import { active, Bench, inactive } from "./pulse-bench.ts";

describe("a reload that changes what is spoken", () => {
  const reload = (bench: Bench, protocol: Rules["protocol"]): void =>
    bench.feed({ kind: "rules", rules: { ...bench.router.rules, protocol } });

  it("leaves the VIPs where they are, from pulse to auto and back", () => {
    for (const bench of [active(), inactive()]) {
      const { state } = bench.router;
      const says = state === "active" ? "stopped" : "running";
      reload(bench, "auto");
      bench.pass(20_000, says);
      reload(bench, "pulse");
      bench.pass(20_000, says);
      assert.equal(bench.router.state, state);
      assert.ok(!bench.look().some((done) => done === "claim" || done === "release"));
    }
  });

  it("takes what the peer was in lvsd's own for what it is in pulse", () => {
    const bench = new Bench({ protocol: "lvsd", failback: "manual" });
    bench.now = 10;
    bench.feed(beatTo(bench, 1, { state: "active", holds: true, term: 1, termSeen: 1 }));
    reload(bench, "pulse");
    assert.equal(peerStatus(bench.router, instant(bench.now))?.state, "active");
    bench.pass(5000);
    assert.ok(!bench.look().includes("claim"));
  });

  it("from pulse to lvsd's own starts anew: nobody is claimed against before start_delay", () => {
    const bench = inactive();
    reload(bench, "lvsd");
    bench.pass(17_000);
    assert.ok(!bench.look().includes("claim"));
  });
});
