/** One router on its way from pulse to lvsd's own protocol, and back. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { peerStatus } from "../../src/failover/peer-status.ts";
import type { Input, Rules } from "../../src/failover/protocol.ts";
import type { BootId, Message } from "../../src/heartbeat/message.ts";
import { instant, ms } from "../../src/model/time.ts";
import { active, Bench, inactive, rules } from "./pulse-bench.ts";

/** What the other router, with lvsd, says to `bench` in lvsd's own protocol. */
function beatTo(bench: Bench, sequence: number, change: Partial<Message> = {}): Input {
  const message: Message = {
    ...{ major: 1, cluster: rules.cluster, role: "backup" },
    ...{ boot: "2222222222222222" as BootId, sequence, sentAt: instant(bench.now) },
    echo: {
      ...{ boot: bench.router.boot, sequence: bench.router.sequence, age: ms(0) },
      sentAt: bench.router.lastSentAt ?? instant(0),
    },
    ...{ state: "standby", holds: false, ready: true, hears: true, asks: false, leaving: false },
    ...{ term: 0, termSeen: 0, faults: [], interval: ms(2000), deadAfter: ms(6000) },
    ...{ failback: "manual", suspended: false, handOver: { kind: "none", id: 0, cause: "none" } },
    ...{ holdFor: ms(0), config: rules.config, paths: [null], strangers: [] },
    ...{ reach: "unknown", unserved: 0 },
    digest: new Uint8Array(0),
    ...change,
  };
  return { kind: "heard", path: 0, message };
}

describe("a router with protocol auto", () => {
  /** Active, in touch with another one that has proven itself. */
  function upgraded(): Bench {
    const bench = new Bench({ protocol: "auto", failback: "manual" });
    bench.now = 10;
    bench.word("stopped");
    bench.feed(beatTo(bench, 1));
    bench.word("stopped", false);
    assert.equal(bench.router.dialect, "lvsd");
    bench.look();
    bench.pass(1000);
    return bench;
  }

  it("says everything in both until the peer has proven itself, then in lvsd's own alone", () => {
    const bench = new Bench({ protocol: "auto" });
    assert.deepEqual(bench.look(), ["beat+stopped", "beat+stopped"]);
    bench.now = 10;
    bench.word("stopped");
    assert.equal(bench.router.dialect, "pulse");
    assert.deepEqual(bench.look().slice(0, 2), ["claim", "announce"]);
    bench.feed(beatTo(bench, 1));
    assert.equal(bench.router.dialect, "lvsd");
    // The word that was heard alone may come from a Piranha that is still there.
    bench.pass(20_000);
    assert.equal(bench.router.state, "active");
  });

  it("gives words of pulse no vote while the peer is heard in lvsd's own", () => {
    const bench = upgraded();
    const before = bench.router.state;
    bench.look();
    bench.word("running");
    assert.deepEqual(bench.look(), ["refused downgrade"]);
    assert.deepEqual([bench.router.state, bench.router.dialect], [before, "lvsd"]);
  });

  it("puts a word in front again as soon as one is heard alone", () => {
    const bench = upgraded();
    bench.word("stopped");
    bench.pass(2100);
    assert.ok(bench.look().some((done) => done.startsWith("beat+")));
  });

  it("goes on in pulse when the peer falls silent in lvsd's own but not in pulse", () => {
    const bench = upgraded();
    bench.pass(7000, "running");
    assert.deepEqual([bench.router.dialect, bench.router.peerAlive], ["pulse", true]);
    assert.equal(peerStatus(bench.router, instant(bench.now))?.state, "active");
  });

  it("waits for the proof of a peer that speaks both, but no longer than dead_after", () => {
    const bench = new Bench({ protocol: "auto", role: "primary" });
    bench.now = 10;
    bench.word("stopped", false);
    assert.ok(!bench.look().includes("claim"));
    bench.now = 5000;
    bench.word("stopped", false);
    assert.ok(!bench.look().includes("claim"));
    bench.now = 6100;
    bench.word("stopped", false);
    assert.ok(bench.look().includes("claim"));
  });
});

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
