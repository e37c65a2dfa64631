/** Where no failback and no hand-over is made, although a router asks or offers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failbackStatus } from "../../src/failover/steps/failback.ts";
import type { Message } from "../../src/heartbeat/message.ts";
import { instant } from "../../src/model/time.ts";
import { active, Bench, kinds } from "./machine-bench.ts";

describe("where the two files differ", () => {
  const other = { config: { serial: 2, hash: "f".repeat(32) } };

  it("the primary asks for no failback, and says why", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    bench.now = 100;
    const holder = { state: "active", holds: true } as const;
    const wants = (said: Partial<Message>): boolean => {
      for (const end = bench.now + 12_000; bench.now < end; bench.sleepUntil(bench.now + 250))
        bench.hear({ ...holder, ...said });
      return bench.router.claimRequest !== null;
    };
    assert.equal(wants(other), false);
    const { blocked_by } = failbackStatus(bench.router, instant(bench.now));
    assert.equal(blocked_by, "the configurations of the two routers differ");
    assert.equal(wants({}), true);
  });

  it("the backup agrees to none", () => {
    const primary = { role: "primary" } as const;
    const wish = { kind: "want", id: 7, cause: "failback" } as const;
    for (const [said, effects] of [
      [other, []],
      [{}, ["release"]],
    ] as const) {
      const bench = active({ role: "backup" }, primary);
      assert.deepEqual(kinds(bench.hear({ ...primary, ...said, handOver: wish })), effects);
    }
  });
});

it("a router whose claim failed takes no offer of one that holds but for a part", () => {
  const bench = new Bench();
  bench.feed({ kind: "wake" }, { kind: "ready" });
  bench.sleepUntil(3000);
  bench.feed({ kind: "claim-failed", why: "no such device" }, { kind: "released" });
  bench.now = 9000;
  const handOver = { kind: "offer", id: 5, cause: "unfit" } as const;
  const holder = { state: "active", holds: true, handOver } as const;
  const takes = (faults: Message["faults"]): boolean => {
    bench.hear({ ...holder, faults });
    return bench.router.claimRequest !== null;
  };
  assert.equal(takes([{ kind: "vip", count: 1 }]), false, "the peer holds all VIPs but one");
  assert.equal(takes([{ kind: "link", count: 1 }]), true, "the peer cannot serve at all");
});
