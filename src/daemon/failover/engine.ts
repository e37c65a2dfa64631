/**
 * Carries things between the failover machine and the doors: one queue of inputs, one step at a
 * time, effects in order, one alarm. Decides nothing; the order contract is in
 * failover/protocol.ts.
 *
 * An effect that takes time never holds up a heartbeat: its outcome comes back as an input. One
 * that passes its deadline comes back as its own failure, and a later answer of it is dropped.
 */

import { step, wakeAt } from "../../failover/machine.ts";
import type { Effect, Input, Start } from "../../failover/protocol.ts";
import { type Router, start } from "../../failover/router.ts";
import type { Message } from "../../heartbeat/message.ts";
import type { PulseState } from "../../heartbeat/pulse.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { between, type Instant, type Ms, ms } from "../../model/time.ts";
import type { Alarm } from "../../system/process/clock.ts";
import type { Done } from "../vips/vips.ts";

/** What the engine's effects are performed by. None of these throws; each ends by itself. */
export interface Performers {
  claim(): Promise<Done>;
  release(): Promise<Done>;
  /** Announces at once; when the first one of them left, if that was before. */
  announce(): Instant | undefined;
  keep(holdFor: Ms): Promise<Done>;
  fence(): Promise<Done>;
  probe(): Promise<boolean>;
  send(message: Message, word: PulseState | null): void;
  sendWord(word: PulseState): void;
  report(event: EventBody): void;
  answer(request: number, why: string | null): void;
  refused(reason: string, detail: string): void;
  stopped(): void;
  /** After every step, with the router as it now is. */
  stepped(router: Router): void;
}

/**
 * The door to the addresses has a deadline and a second way of its own (system/ip/ip.ts); this one is
 * for the case that even those do not end.
 */
const effectDeadline = ms(10_000);

export class Engine {
  readonly #performers: Performers;
  readonly #now: () => Instant;
  readonly #alarm: Alarm;
  readonly #queue: { readonly input: Input; readonly at: Instant }[] = [];
  #router: Router;
  #stepping = false;
  readonly #start: Start;
  #underWaySince: Instant | null = null;
  #begun = false;
  #ended = false;

  constructor(
    begin: Start,
    performers: Performers,
    now: () => Instant,
    openAlarm: (wake: () => void) => Alarm,
  ) {
    this.#performers = performers;
    this.#now = now;
    this.#alarm = openAlarm(() => this.input({ kind: "wake" }));
    this.#start = begin;
    this.#router = start(begin, now());
  }

  /** From now on inputs count: the waiting for a peer begins here, not when the process began. */
  begin(): void {
    this.#router = start(this.#start, this.#now());
    this.#begun = true;
    this.input({ kind: "wake" });
  }

  get begun(): boolean {
    return this.#begun;
  }

  get router(): Router {
    return this.#router;
  }

  /** Whether the work goes on: no effect is overdue. What the watchdog is fed by. */
  get healthy(): boolean {
    return (
      this.#underWaySince === null || between(this.#underWaySince, this.#now()) < effectDeadline
    );
  }

  /**
   * Feeds one input, which became known at `at`, once begun; those that its effects cause follow
   * before this returns.
   */
  input(input: Input, at: Instant = this.#now()): void {
    if (!this.#begun || this.#ended) return;
    this.#queue.push({ input, at });
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const { router, effects } = step(this.#router, next.input, next.at);
        this.#router = router;
        for (const effect of effects) this.#perform(effect);
        this.#performers.stepped(router);
      }
    } finally {
      this.#stepping = false;
    }
    this.#alarm.at(this.#ended ? null : wakeAt(this.#router));
  }

  close(): void {
    this.#ended = true;
    this.#alarm.close();
  }

  #perform(effect: Effect): void {
    const performers = this.#performers;
    switch (effect.kind) {
      case "claim":
        this.#bounded(() => performers.claim(), { kind: "claimed" }, "claim-failed");
        break;
      case "release":
        this.#bounded(() => performers.release(), { kind: "released" }, "release-failed");
        break;
      case "fence":
        // It has a deadline of its own, which may be longer than that of the doors.
        void performers.fence().then((done) => {
          this.input(done.ok ? { kind: "fenced" } : { kind: "fence-failed", why: done.why });
        });
        break;
      case "announce":
        this.input({ kind: "announced", firstAt: performers.announce() });
        break;
      case "keep":
        this.#bounded(() => performers.keep(effect.holdFor), { kind: "kept" }, "keep-failed");
        break;
      case "probe":
        void performers.probe().then((answered) => this.input({ kind: "probed", answered }));
        break;
      case "send":
        performers.send(effect.message, effect.word);
        break;
      case "send-word":
        performers.sendWord(effect.word);
        break;
      case "report":
        performers.report(effect.event);
        break;
      case "answer":
        performers.answer(effect.request, effect.why);
        break;
      case "refused":
        performers.refused(effect.reason, effect.detail);
        break;
      case "stopped":
        this.#ended = true;
        performers.stopped();
        break;
      default:
        effect satisfies never;
    }
  }

  /** Exactly one input follows: the success, or the failure with its reason. */
  #bounded(
    act: () => Promise<Done>,
    success: Input,
    failure: "claim-failed" | "release-failed" | "keep-failed",
  ): void {
    this.#underWaySince = this.#now();
    let over = false;
    const end = (input: Input): void => {
      if (over) return;
      over = true;
      clearTimeout(deadline);
      this.#underWaySince = null;
      this.input(input);
    };
    const deadline = setTimeout(
      () => end({ kind: failure, why: `no end after ${effectDeadline / 1000} s` }),
      effectDeadline,
    ).unref();
    act().then(
      (done) => end(done.ok ? success : { kind: failure, why: done.why }),
      (thrown) => end({ kind: failure, why: messageOf(thrown) }),
    );
  }
}
