import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Effect } from "../../../src/failover/protocol.ts";
import type { Message } from "../../../src/heartbeat/message.ts";
import { active, Bench, kinds, rules } from "../machine-bench.ts";

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

describe("a holder that is asked for the VIPs", () => {
  it("refuses a wish that it has no reason to grant, and holds on", () => {
    const bench = active();
    const effects = bench.hear({ handOver: { kind: "want", id: 7, cause: "failback" } });
    assert.deepEqual(kinds(effects), []);
    const said = effects.findLast((effect) => effect.kind === "send");
    assert.deepEqual(said?.message.handOver, { kind: "refused", id: 7, cause: "none" });
  });
});
