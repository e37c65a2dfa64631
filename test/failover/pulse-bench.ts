/** One router that speaks pulse, with its clock and a kernel that obeys at once. */
import assert from "node:assert/strict";
import { step, wakeAt } from "../../src/failover/machine.ts";
import type { Effect, Input, Rules } from "../../src/failover/protocol.ts";
import { type Router, start } from "../../src/failover/router.ts";
import type { BootId, ClusterId } from "../../src/heartbeat/message.ts";
import type { PulseWord } from "../../src/heartbeat/pulse.ts";
import { instant, ms } from "../../src/model/time.ts";

export const rules: Rules = {
  role: "primary",
  protocol: "pulse",
  alone: false,
  cluster: "0011223344556677" as ClusterId,
  paths: ["public", "private"],
  interval: ms(2000),
  deadAfter: ms(6000),
  warnAfter: ms(4000),
  startDelay: ms(18_000),
  failback: "auto",
  failbackDelay: ms(0),
  arbiter: false,
  fence: null,
  config: { serial: 1, hash: "ab".repeat(16) },
};

/** A router with its clock and a kernel that obeys at once; `done` is what it asked for. */
export class Bench {
  router: Router;
  now = 0;
  readonly done: string[] = [];
  readonly answers: (string | null)[] = [];

  constructor(change: Partial<Rules> = {}, found: "nothing" | "kept" | "left-behind" = "nothing") {
    const boot = "1111111111111111" as BootId;
    this.router = start({ rules: { ...rules, ...change }, boot, found }, instant(0));
    this.feed({ kind: "wake" }, { kind: "ready" });
  }

  feed(...inputs: readonly Input[]): void {
    for (const input of inputs) {
      const result = step(this.router, input, instant(this.now));
      this.router = result.router;
      for (const effect of result.effects) this.#perform(effect);
    }
  }

  #perform(effect: Effect): void {
    if (effect.kind === "send-word") this.done.push(effect.word);
    else if (effect.kind === "send") this.done.push(`beat${effect.word ? `+${effect.word}` : ""}`);
    else if (effect.kind === "answer") this.answers.push(effect.why);
    else if (effect.kind === "refused") this.done.push(`refused ${effect.reason}`);
    else if (effect.kind !== "report") this.done.push(effect.kind);
    if (effect.kind === "claim") this.feed({ kind: "claimed" });
    if (effect.kind === "release") this.feed({ kind: "released" });
    if (effect.kind === "announce") this.feed({ kind: "announced" });
    if (effect.kind === "keep") this.feed({ kind: "kept" });
  }

  word(word: PulseWord, lone = true): void {
    this.feed({ kind: "heard-word", path: 0, word, lone });
  }

  /** Time passes, while the peer says this every interval. */
  pass(length: number, says: PulseWord | null = null): void {
    const end = this.now + length;
    let next = says === null ? Number.POSITIVE_INFINITY : this.now + rules.interval;
    for (;;) {
      const at = Math.min(wakeAt(this.router) ?? Number.POSITIVE_INFINITY, next);
      if (at > end) break;
      this.now = Math.max(this.now, at);
      if (at === next && says !== null) {
        this.word(says);
        next += rules.interval;
      } else this.feed({ kind: "wake" });
    }
    this.now = end;
  }

  /** What it did since the last look. */
  look(): string[] {
    return this.done.splice(0);
  }

  link(up: boolean): void {
    const fault = { kind: "link", subject: "eth0", text: "link eth0 failed" } as const;
    this.feed({ kind: "faults", faults: up ? [] : [fault] });
  }
}

/** Active, with a peer that says `stopped`. */
export function active(change: Partial<Rules> = {}): Bench {
  const bench = new Bench(change);
  bench.now = 3100;
  bench.word("stopped");
  assert.equal(bench.router.state, "active");
  bench.look();
  return bench;
}

/** Inactive, with a peer that says `running`. */
export function inactive(change: Partial<Rules> = {}): Bench {
  const bench = new Bench(change);
  bench.now = 500;
  bench.word("running");
  bench.pass(8000, "running");
  assert.equal(bench.router.state, "standby");
  bench.look();
  return bench;
}
