import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { peerStatus } from "../../../src/failover/peer-status.ts";
import { failbackStatus } from "../../../src/failover/steps/failback.ts";
import { instant, ms } from "../../../src/model/time.ts";
import { active, Bench, inactive } from "../pulse-bench.ts";

describe("an inactive router that speaks pulse", () => {
  for (const role of ["primary", "backup"] as const) {
    it(`takes the VIPs when the peer says stopped (rows 3 and 4: ${role})`, () => {
      const bench = inactive({ role });
      bench.word("stopped");
      assert.deepEqual(bench.look(), ["claim", "announce", "running"]);
      const peer = role === "primary" ? "backup" : "primary";
      assert.equal(bench.router.cause, `the ${peer} is inactive`);
    });

    it(`leaves them to an active peer, whatever failback says (row 7: ${role})`, () => {
      const bench = inactive({ role });
      bench.pass(120_000, "running");
      assert.ok(bench.look().every((done) => done === "stopped"));
      const { blocked_by } = failbackStatus(bench.router, instant(bench.now));
      if (role === "primary") assert.match(blocked_by ?? "", /pulse, which knows no failback/);
    });

    it(`takes them when the peer has been silent for dead_after (row 12: ${role})`, () => {
      const bench = inactive({ role });
      bench.pass(5900);
      assert.ok(!bench.look().includes("claim"));
      bench.pass(200);
      assert.ok(bench.look().includes("claim"));
      assert.equal(bench.router.cause, "peer dead");
    });

    it(`waits for a link that has failed (rows 5 and 13: ${role})`, () => {
      const bench = inactive({ role });
      bench.link(false);
      bench.word("stopped");
      bench.pass(20_000);
      assert.ok(!bench.look().includes("claim"));
      bench.link(true);
      bench.word("stopped");
      assert.ok(bench.look().includes("claim"));
    });
  }

  it("takes hold and held for signs of life and for nothing else (row 10)", () => {
    const bench = inactive();
    bench.pass(60_000, "hold");
    assert.ok(!bench.look().includes("claim"));
    assert.equal(bench.router.peerAlive, true);
  });

  it("says stopped every interval, and its state has of the peer what a word says", () => {
    const bench = inactive({ role: "backup" });
    bench.pass(10_000, "running");
    assert.deepEqual(bench.look(), ["stopped", "stopped", "stopped", "stopped", "stopped"]);
    const peer = peerStatus(bench.router, instant(bench.now));
    assert.deepEqual([peer?.state, peer?.alive, peer?.configMatch], ["active", true, null]);
    assert.deepEqual(
      peer?.paths.map(({ alive, rtt }) => [alive, rtt]),
      [
        [true, null],
        [false, null],
      ],
    );
  });

  it("as the backup of a cold start lets the primary take them first", () => {
    const bench = new Bench({ role: "backup" });
    bench.now = 10;
    bench.word("stopped");
    assert.ok(!bench.look().includes("claim"));
    bench.now = 3100;
    bench.word("stopped");
    assert.ok(bench.look().includes("claim"));
  });

  it("as the primary of a cold start takes them at once", () => {
    const bench = new Bench({ role: "primary" });
    bench.now = 10;
    bench.word("stopped");
    assert.ok(bench.look().includes("claim"));
  });
});

describe("an active router that speaks pulse", () => {
  for (const role of ["primary", "backup"] as const) {
    it(`holds on when the peer says stopped or nothing (rows 6 and 14: ${role})`, () => {
      const bench = active({ role });
      bench.pass(30_000, "stopped");
      bench.pass(30_000);
      assert.deepEqual(new Set(bench.look()), new Set(["running"]));
    });

    it(`leaves them to the peer when a link fails, and says so afterwards (row 15: ${role})`, () => {
      const bench = active({ role });
      bench.link(false);
      assert.deepEqual(bench.look(), ["release", "stopped"]);
      assert.equal(bench.router.state, "fault");
    });
  }

  it("as the primary announces anew at each running of the peer (row 8)", () => {
    const bench = active();
    bench.word("running");
    bench.feed({ kind: "heard-word", path: 1, word: "running", lone: true });
    assert.deepEqual(bench.look(), ["announce"], "once for both paths");
    bench.pass(4000, "running");
    assert.deepEqual(bench.look().filter((done) => done === "announce").length, 2);
    bench.word("stopped");
    assert.deepEqual(bench.look(), ["announce"], "and once when it is alone again");
    assert.equal(bench.router.state, "active");
  });

  it("as the backup says running once more, lets go, and then says stopped (row 9)", () => {
    const bench = active({ role: "backup" });
    bench.word("running");
    assert.deepEqual(bench.look(), ["running", "release", "stopped"]);
    bench.pass(8000, "running");
    assert.equal(bench.router.state, "standby");
  });

  it("lets go when a peer of failover services takes over (stop-me)", () => {
    for (const role of ["primary", "backup"] as const) {
      const bench = active({ role });
      bench.word("stop-me");
      assert.ok(bench.look().includes("release"));
      assert.equal(bench.router.state, "standby");
    }
  });

  it("says farewell when it is stopped, which Piranha does not", () => {
    const bench = active();
    bench.feed({ kind: "stop" });
    assert.deepEqual(bench.look(), ["release", "stopped", "stopped", "stopped", "stopped"]);
  });

  it("keeps what it holds over a restart that is shorter than dead_after, and stops otherwise", () => {
    const short = active();
    short.feed({ kind: "restart", holdFor: ms(5000) });
    assert.deepEqual(short.look(), ["keep", "running", "stopped"].slice(0, 2).concat("stopped"));
    const long = active();
    long.feed({ kind: "restart", holdFor: ms(7000) });
    assert.ok(long.look().includes("release"));
  });

  it("adopts what a restart has kept for it, and never says stopped", () => {
    const bench = new Bench({}, "kept");
    assert.deepEqual(bench.look(), ["claim", "announce", "running"]);
  });

  it("lets go before anything else after it was asleep for longer than dead_after", () => {
    const bench = active();
    bench.now += 6100;
    bench.feed({ kind: "wake" });
    assert.equal(bench.look()[0], "release");
  });
});

describe("the operator's switchover in pulse", () => {
  it("lets go, says so at once, and is done when the peer says running", () => {
    const bench = active();
    bench.feed({ kind: "switchover", request: 1 });
    assert.deepEqual(bench.look(), ["release", "stopped"]);
    bench.word("stopped");
    assert.deepEqual(bench.look(), [], "that word was on its way already");
    bench.now += 1900;
    bench.word("running");
    assert.deepEqual(bench.answers, [null]);
    bench.pass(20_000, "running");
    assert.ok(!bench.look().includes("claim"));
  });

  it("takes them back when the peer goes on saying stopped", () => {
    const bench = active({ role: "backup" });
    bench.feed({ kind: "switchover", request: 1 });
    bench.pass(2900, "stopped");
    assert.ok(!bench.look().includes("claim"));
    bench.pass(1200, "stopped");
    bench.pass(2000, "stopped");
    assert.ok(bench.look().includes("claim"));
    assert.match(bench.answers[0] ?? "", /did not claim/);
  });

  it("is refused with a peer that is active too, dead, or has said nothing of itself", () => {
    const both = active();
    both.word("running");
    both.feed({ kind: "switchover", request: 1 });
    assert.match(both.answers[0] ?? "", /says that it is active, too/);
    const dead = active();
    dead.pass(6100);
    dead.feed({ kind: "switchover", request: 1 });
    assert.match(dead.answers[0] ?? "", /the peer is dead/);
  });
});
