import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wakeAt } from "../../src/failover/machine.ts";
import type { Effect } from "../../src/failover/protocol.ts";
import { failbackStatus } from "../../src/failover/steps/failback.ts";
import type { Message } from "../../src/heartbeat/message.ts";
import { instant, ms } from "../../src/model/time.ts";
import { active, Bench, kinds, rules } from "./machine-bench.ts";

describe("a router that starts", () => {
  it("claims when start_delay is over and nobody was heard, and not before", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    assert.deepEqual(kinds(bench.sleepUntil(2999)), []);
    assert.deepEqual(kinds(bench.sleepUntil(3000)), ["claim"]);
  });

  it("does not claim before its table is ready, however long that takes", () => {
    const bench = new Bench();
    assert.deepEqual(kinds(bench.sleepUntil(60_000)), []);
    assert.equal(bench.router.state, "starting");
    assert.deepEqual(kinds(bench.feed({ kind: "ready" })), ["claim"]);
  });

  it("removes what a killed predecessor left, before anything else", () => {
    const bench = new Bench({ found: "left-behind" });
    assert.deepEqual(kinds(bench.feed({ kind: "wake" })), ["release"]);
  });

  it("adopts what was kept for it, ready or not", () => {
    const bench = new Bench({ found: "kept" });
    assert.deepEqual(kinds(bench.feed({ kind: "wake" })), ["claim"]);
    assert.deepEqual(kinds(bench.feed({ kind: "claimed" })), ["announce"]);
    assert.equal(bench.router.state, "active");
  });

  it("waits for a peer that has yet to prove itself, but not for ever", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    const unproven = { echo: null, hears: false };
    let claimedAt = 0;
    while (claimedAt === 0 && bench.now < 20_000) {
      bench.hear({ ...unproven, sequence: bench.now + 1 });
      if (kinds(bench.sleepUntil(bench.now + 250)).includes("claim")) claimedAt = bench.now;
    }
    assert.ok(claimedAt >= 12_000 && claimedAt <= 12_250, `at ${claimedAt}`);
  });
});

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

describe("a holder", () => {
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

  it("refuses a wish that it has no reason to grant, and holds on", () => {
    const bench = active();
    const effects = bench.hear({ handOver: { kind: "want", id: 7, cause: "failback" } });
    assert.deepEqual(kinds(effects), []);
    const said = effects.findLast((effect) => effect.kind === "send");
    assert.deepEqual(said?.message.handOver, { kind: "refused", id: 7, cause: "none" });
  });

  it("yields to a peer that holds and hears nothing of it, after two intervals", () => {
    const bench = active();
    const deaf = { holds: true, state: "active", hears: false, echo: null } as const;
    bench.sleepUntil(3200);
    assert.deepEqual(kinds(bench.hear(deaf)), []);
    bench.sleepUntil(3450);
    assert.deepEqual(kinds(bench.hear(deaf)), []);
    bench.sleepUntil(3700);
    assert.deepEqual(kinds(bench.hear(deaf)), ["release"]);
  });

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

describe("an outcome of something never asked for", () => {
  for (const kind of ["claimed", "released", "fenced", "kept"] as const)
    it(`${kind} is a bug, and leaves the router as it was`, () => {
      const bench = new Bench();
      bench.feed({ kind: "wake" });
      const before = bench.router;
      assert.throws(() => bench.feed({ kind }), /bug: /);
      assert.equal(bench.router, before);
    });
});

describe("what operators are told of the failback", () => {
  it("names the time left, and what is in its way", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    bench.now = 100;
    bench.hear({ state: "active", holds: true });
    const told = () => failbackStatus(bench.router, instant(bench.now));
    assert.deepEqual(told(), { mode: "auto", blocked_by: null, in_ms: 10_000 });
    bench.feed({ kind: "whole", missing: "connections are being synchronised" });
    assert.equal(told().blocked_by, "connections are being synchronised");
    bench.hear({ state: "active", holds: true, suspended: true });
    assert.equal(told().blocked_by, "suspended by the operator's switchover");
  });
});

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

describe("a holder whose arbiter is gone", () => {
  const lost = { kind: "arbiter", subject: "192.0.2.254", text: "no answer" } as const;
  const offers = (effects: readonly Effect[]): boolean =>
    effects.some((effect) => effect.kind === "send" && effect.message.handOver.kind === "offer");

  /** Goes on to `end` with a peer that is heard every 250 ms. */
  const runTo = (bench: Bench, end: number, change: Partial<Message> = {}): Effect[] => {
    const effects: Effect[] = [];
    while (bench.now < end) {
      effects.push(...bench.sleepUntil(Math.min(end, bench.now + 250)), ...bench.hear(change));
    }
    return effects;
  };

  it("offers the VIPs to a peer that still reaches it, after dead_after and 200 ms", () => {
    const bench = active();
    const effects = bench.feed({ kind: "faults", faults: [lost] });
    effects.push(...runTo(bench, 3010 + 1190));
    assert.equal(offers(effects), false);
    assert.equal(offers(runTo(bench, 3010 + 1500)), true);
  });

  it("keeps them when the peer comes to miss it as well", () => {
    const bench = active();
    bench.feed({ kind: "faults", faults: [lost] });
    const effects = [
      ...runTo(bench, 3900),
      ...runTo(bench, 9000, { faults: [{ kind: "arbiter", count: 1 }] }),
    ];
    assert.deepEqual([offers(effects), kinds(effects)], [false, []]);
  });

  it("hands over at once for a graver fault", () => {
    const bench = active();
    const link = { kind: "link", subject: "eth0", text: "no carrier" } as const;
    assert.equal(offers(bench.feed({ kind: "faults", faults: [lost, link] })), true);
  });
});

describe("two that agree on a change", () => {
  const saidWithin = (bench: Bench, length: number): number =>
    bench.sleepUntil(bench.now + length).filter(({ kind }) => kind === "send").length;

  it("repeat every word, but nothing while the holder is letting go", () => {
    const bench = active();
    bench.feed({ kind: "switchover", request: 3 });
    assert.ok(saidWithin(bench, 50) >= 8, "the offer is repeated");
    const accepted = bench.hear({ handOver: { kind: "want", id: 7, cause: "switchover" } });
    assert.deepEqual(kinds(accepted), ["release"]);
    assert.equal(saidWithin(bench, 100), 0);
    bench.feed({ kind: "released" });
    assert.ok(saidWithin(bench, 50) >= 8, "that they are free is repeated");
  });

  it("and neither does the one who waits for it", () => {
    const bench = new Bench({ rules: { ...rules, role: "backup" } });
    const holder = { role: "primary", state: "active", holds: true, term: 1, termSeen: 1 } as const;
    bench.feed({ kind: "wake" }, { kind: "ready" });
    bench.hear(holder);
    bench.hear({ ...holder, handOver: { kind: "offer", id: 3, cause: "switchover" } });
    assert.ok(saidWithin(bench, 50) >= 8, "the wish is repeated");
    const id = bench.router.claimRequest?.id ?? assert.fail("no wish");
    bench.hear({ ...holder, handOver: { kind: "releasing", id, cause: "switchover" } });
    assert.equal(saidWithin(bench, 100), 0);
  });
});
