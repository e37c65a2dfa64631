/** The failover machine of a primary, with a clock and the words of a peer. */
import assert from "node:assert/strict";
import { step, wakeAt } from "../../src/failover/machine.ts";
import type { Effect, Input, Rules, Start } from "../../src/failover/protocol.ts";
import { type Router, start } from "../../src/failover/router.ts";
import type { BootId, ClusterId, Message } from "../../src/heartbeat/message.ts";
import { instant, ms } from "../../src/model/time.ts";

export const rules: Rules = {
  role: "primary",
  protocol: "lvsd",
  alone: false,
  cluster: "0011223344556677" as ClusterId,
  paths: ["public"],
  interval: ms(250),
  deadAfter: ms(1000),
  warnAfter: ms(500),
  startDelay: ms(3000),
  failback: "auto",
  failbackDelay: ms(10_000),
  arbiter: false,
  fence: null,
  config: { serial: 1, hash: "ab".repeat(16) },
};

/** One router with its clock; `feed` says what it asks for. */
export class Bench {
  router: Router;
  now = 0;

  constructor(begin: Partial<Start> = {}) {
    const boot = "1111111111111111" as BootId;
    this.router = start({ rules, boot, found: "nothing", ...begin }, instant(0));
  }

  feed(...inputs: readonly Input[]): Effect[] {
    return inputs.flatMap((input) => {
      const result = step(this.router, input, instant(this.now));
      this.router = result.router;
      return [...result.effects];
    });
  }

  /** Wakes the router whenever it asks for it, up to `end`. */
  sleepUntil(end: number): Effect[] {
    const effects: Effect[] = [];
    for (;;) {
      const at = wakeAt(this.router);
      if (at === null || at > end) break;
      this.now = Math.max(this.now, at);
      effects.push(...this.feed({ kind: "wake" }));
    }
    this.now = end;
    return effects;
  }

  /** A beat of a peer that hears this router. */
  hear(change: Partial<Message> = {}): Effect[] {
    const sequence = (this.router.peer.sequence ?? 0) + 1;
    const message: Message = {
      major: 1,
      cluster: rules.cluster,
      role: "backup",
      boot: "2222222222222222" as BootId,
      sequence,
      sentAt: instant(this.now),
      echo: {
        boot: this.router.boot,
        sequence: this.router.sequence,
        sentAt: this.router.lastSentAt ?? instant(0),
        age: ms(0),
      },
      state: "standby",
      holds: false,
      ready: true,
      hears: true,
      asks: false,
      leaving: false,
      term: 0,
      termSeen: 0,
      faults: [],
      reach: "unknown",
      unserved: 0,
      interval: ms(250),
      deadAfter: ms(1000),
      failback: "auto",
      suspended: false,
      handOver: { kind: "none", id: 0, cause: "none" },
      holdFor: ms(0),
      config: rules.config,
      paths: [null],
      strangers: [],
      digest: new Uint8Array(0),
      ...change,
    };
    return this.feed({ kind: "heard", path: 0, message });
  }
}

export const kinds = (effects: readonly Effect[]): string[] =>
  effects.map(({ kind }) => kind).filter((kind) => kind !== "send" && kind !== "report");

/** A router that holds, with a peer that hears it. */
export function active(change: Partial<Rules> = {}, said: Partial<Message> = {}): Bench {
  const bench = new Bench({ rules: { ...rules, ...change } });
  bench.feed({ kind: "wake" }, { kind: "ready" });
  bench.sleepUntil(3000);
  bench.feed({ kind: "claimed" }, { kind: "announced" });
  bench.now = 3010;
  bench.hear(said);
  assert.equal(bench.router.state, "active");
  return bench;
}
