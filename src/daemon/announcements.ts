/**
 * When the VIPs are announced: at once, repeated with a space between, then refreshed for as long
 * as they are held (neighbours lose and forget announcements). Every repetition asks again what is
 * held, so that a router that gave up its VIPs says nothing more. A refresh also asks who else has
 * them.
 */
import type { FailoverConfig } from "../config/config.ts";
import { messageOf } from "../model/error.ts";
import type { EventBody } from "../model/event.ts";
import type { Ms } from "../model/time.ts";
import type { Announced, Announcer } from "../system/announce.ts";
import type { FloatingAddress, Interface } from "../system/ip.ts";

/** What is held now, asked before each announcement. */
export type Held = () => {
  readonly vips: readonly FloatingAddress[];
  readonly interfaces: readonly Interface[];
};

export class Announcements {
  readonly #announcer: Announcer;
  readonly #report: (event: EventBody) => void;
  #rhythm: FailoverConfig["announce"];
  #timer: NodeJS.Timeout | null = null;
  #failing = false;

  constructor(
    announcer: Announcer,
    rhythm: FailoverConfig["announce"],
    report: (event: EventBody) => void,
  ) {
    this.#announcer = announcer;
    this.#rhythm = rhythm;
    this.#report = report;
  }

  configure(rhythm: FailoverConfig["announce"]): void {
    this.#rhythm = rhythm;
  }

  /** How long after one refresh the next one comes. */
  get refresh(): Ms {
    return this.#rhythm.refresh;
  }

  /** Announces now and begins the repetitions anew. */
  start(held: Held): void {
    this.stop();
    this.once(held);
    this.#repeat(held, this.#rhythm.count - 1);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #repeat(held: Held, left: number): void {
    const wait = left > 0 ? this.#rhythm.interval : this.#rhythm.refresh;
    this.#timer = setTimeout(() => {
      this.once(held);
      if (left <= 1) this.#ask(held);
      this.#repeat(held, Math.max(0, left - 1));
    }, wait);
  }

  /** Announces now, and leaves the repetitions as they are. */
  once(held: Held): void {
    const { vips, interfaces } = held();
    if (vips.length > 0) this.#send(() => this.#announcer.announceAll(vips, interfaces));
  }

  #ask(held: Held): void {
    const { vips, interfaces } = held();
    if (vips.length > 0) this.#send(() => this.#announcer.probeAll(vips, interfaces));
  }

  #send(send: () => Announced): void {
    let failures: readonly string[];
    try {
      failures = send().failures;
    } catch (thrown) {
      failures = [messageOf(thrown)];
    }
    if (failures.length > 0 && !this.#failing) {
      this.#report({ event: "vip", kind: "announce-failed", text: failures.join("; ") });
    }
    this.#failing = failures.length > 0;
  }
}
