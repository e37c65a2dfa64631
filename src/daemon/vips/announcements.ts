/**
 * When the VIPs are announced: at once, repeated with a space between, then refreshed for as long
 * as they are held (neighbours lose and forget announcements). Every repetition asks again what is
 * held, and `stop` cuts it short, so that a router that gave up its VIPs says nothing more. A
 * refresh also asks who else has them.
 */
import type { FailoverConfig } from "../../config/config.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Ms } from "../../model/time.ts";
import type { FloatingAddress, Interface } from "../../system/ip/ip.ts";
import type { Announced, Announcer } from "../../system/net/announce.ts";

/** What is held now, asked before each announcement. */
export type Held = () => {
  readonly vips: readonly FloatingAddress[];
  readonly interfaces: readonly Interface[];
};

/** Measured: 0.05 ms for each in the slowest lab. */
const pieceMax = 32;

export class Announcements {
  readonly #announcer: Pick<Announcer, "announceAll" | "probeAll">;
  readonly #report: (event: EventBody) => void;
  #rhythm: FailoverConfig["announce"];
  #timer: NodeJS.Timeout | null = null;
  /** Begins the wait for the next repetition, also when it has begun already. */
  #wait: () => void = () => {};
  readonly #turns = new Set<NodeJS.Immediate>();
  #failing = false;

  constructor(
    announcer: Pick<Announcer, "announceAll" | "probeAll">,
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

  /** Announces `first` now and begins the repetitions of what is held anew. */
  start(held: Held, first: Held): void {
    this.stop();
    this.once(first);
    this.#repeat(held, this.#rhythm.count - 1);
  }

  /** Says nothing more, not even the rest of what is being said. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const turn of this.#turns) clearImmediate(turn);
    this.#turns.clear();
  }

  /** The next repetition waits its whole time anew: what is about to be decided comes first. */
  postpone(): void {
    if (this.#timer !== null) this.#wait();
  }

  #repeat(held: Held, left: number): void {
    const length = left > 0 ? this.#rhythm.interval : this.#rhythm.refresh;
    const act = (): void => {
      this.once(held);
      if (left <= 1) this.#ask(held);
      this.#repeat(held, Math.max(0, left - 1));
    };
    this.#wait = () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = setTimeout(act, length);
    };
    this.#wait();
  }

  /** Announces now, and leaves the repetitions as they are. */
  once(held: Held): void {
    this.#inPieces(held(), (vips, interfaces) => this.#announcer.announceAll(vips, interfaces));
  }

  #ask(held: Held): void {
    this.#inPieces(held(), (vips, interfaces) => this.#announcer.probeAll(vips, interfaces));
  }

  /** The first ones now, a few more in each turn of the loop: a frame is a call of the kernel. */
  #inPieces(
    { vips, interfaces }: ReturnType<Held>,
    send: (vips: readonly FloatingAddress[], interfaces: readonly Interface[]) => Announced,
  ): void {
    if (vips.length === 0) return;
    this.#send(() => send(vips.slice(0, pieceMax), interfaces));
    const rest = vips.slice(pieceMax);
    if (rest.length === 0) return;
    const turn = setImmediate(() => {
      this.#turns.delete(turn);
      this.#inPieces({ vips: rest, interfaces }, send);
    });
    this.#turns.add(turn);
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
