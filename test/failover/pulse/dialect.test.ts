import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { peerStatus } from "../../../src/failover/peer-status.ts";
import { instant } from "../../../src/model/time.ts";
import { Bench } from "../pulse-bench.ts";
import { beatTo } from "./pair.ts";

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
