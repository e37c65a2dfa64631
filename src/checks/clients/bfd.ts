/** Tries that ask how a BFD session stands (check/network/bfd.ts). */
import { printBfd } from "../../check/network/bfd-packet.ts";
import type { Check } from "../../config/config.ts";
import type { BfdEnd, BfdListener, BfdSettings } from "../bfd/bfd-end.ts";
import { bfdSessions } from "../bfd/bfd-sessions.ts";
import type { CheckResult, Deadline } from "../check-result.ts";
import type { Endpoint } from "../target.ts";
import type { Transcript } from "../transcript.ts";

type BfdCheck = Extract<Check, { readonly type: "bfd" }>;

/** Packets of each side that an operator is shown, where as many come in time; and of both. */
const shownPackets = 5;
const shownMax = 40;

export const settingsOf = (check: BfdCheck, { address }: Endpoint): BfdSettings => ({
  address,
  maxHops: check.maxHops,
  passive: check.passive,
  minTx: check.minTx,
  minRx: check.minRx,
  multiplier: check.multiplier,
});

/** Answers at once, but for a session that is new: that may still come up. */
export function tryBfd(
  check: BfdCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  return bfdSessions.with(settingsOf(check, target), async (end) => {
    const shown = new Shown(end, deadline.transcript);
    await until(end, deadline, () => !end.isRising && shown.isEnough);
    shown.close();
    return end.verdict(check.adminDown === "ignore");
  });
}

/** Writes down what goes both ways, where somebody wants to see it. */
class Shown {
  readonly #end: BfdEnd;
  readonly #transcript: Transcript | undefined;
  readonly #count = { sent: 0, heard: 0 };

  constructor(end: BfdEnd, transcript: Transcript | undefined) {
    this.#end = end;
    this.#transcript = transcript;
    if (transcript === undefined) return;
    const { state, peer } = end.session;
    transcript.note(`the session is ${state}${peer === null ? ", and the peer is not heard" : ""}`);
    end.listeners.add(this.#take);
  }

  get isEnough(): boolean {
    const { sent, heard } = this.#count;
    return this.#transcript === undefined || Math.min(sent, heard) >= shownPackets;
  }

  close(): void {
    this.#end.listeners.delete(this.#take);
  }

  readonly #take: BfdListener = (side, packet) => {
    this.#count[side] += packet === null ? 0 : 1;
    if (this.#count.sent + this.#count.heard > shownMax) return;
    const text = packet === null ? `the session is ${this.#end.session.state}` : printBfd(packet);
    this.#transcript?.note(packet === null ? text : `${side}: ${text}`);
  };
}

/** Resolves when it holds, looked at whenever something happens, or when time is over. */
function until(end: BfdEnd, { signal }: Deadline, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      end.listeners.delete(look);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const look = (): void => {
      if (holds()) over();
    };
    end.listeners.add(look);
    signal.addEventListener("abort", over, { once: true });
    if (signal.aborted) over();
    else look();
  });
}
