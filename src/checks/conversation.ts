/**
 * Runs a dialogue over whatever carries its bytes: takes its turns, has answers searched, and keeps
 * what is heard meanwhile. It does not know whether the bytes travel in a stream or in datagrams.
 */
import type { Dialogue, DialogueAction } from "../check/dialogue.ts";
import { type CheckResult, type Deadline, type Failed, failed, late } from "./check-result.ts";
import { matches } from "./matching/matching.ts";

/** What is kept of an answer while what came before is searched; no dialogue listens to more. */
const keptBytesMax = 64 * 1024;

const unasked: DialogueAction = {
  kind: "failed",
  reason: "unexpected",
  why: "nothing was to be fetched",
};

/** What carries the dialogue. */
export interface Carrier {
  /** Sends the bytes, then calls back. */
  say(bytes: Uint8Array, answered: boolean): void;
  /**
   * Called once; whatever comes after is not listened to. `secure`: the dialogue goes on over TLS,
   * in a conversation of its own.
   */
  finish(end: CheckResult | "secure"): void;
  /** Opens a second connection for `opened` and `fetched`; left out: there is none. */
  fetch?(port: number): void;
  /** What is missing at the deadline, unless the dialogue knows better. */
  readonly missing: string;
}

/** Who opened a second connection, which brings a content and ends, and hears of it. */
export interface Fetching {
  opened(): void;
  fetched(bytes: Uint8Array): void;
  failed(why: Failed): void;
}

/** Opens one to this port; returned is what closes it, at whatever moment. */
export type Fetch = (port: number, fetching: Fetching) => () => void;

/** One second connection at a time, for this conversation; without `fetch` there is none. */
export function secondConnection(
  fetch: Fetch | undefined,
  conversation: () => Conversation,
): { readonly carrier: Pick<Carrier, "fetch">; readonly close: () => void } {
  if (fetch === undefined) return { carrier: {}, close: () => {} };
  let close = (): void => {};
  const carrier = {
    fetch(port: number): void {
      close();
      close = fetch(port, {
        opened: () => conversation().opened(),
        fetched: (bytes) => conversation().fetched(bytes),
        failed: (why) => conversation().end(why),
      });
    },
  };
  return { carrier, close: () => close() };
}

/** One dialogue under way. */
export class Conversation {
  readonly #dialogue: Dialogue;
  readonly #carrier: Carrier;
  readonly #deadline: Deadline;
  #over = false;
  #searching = false;
  #closed = false;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  constructor(dialogue: Dialogue, carrier: Carrier, deadline: Deadline) {
    this.#dialogue = dialogue;
    this.#carrier = carrier;
    this.#deadline = deadline;
    deadline.signal.addEventListener("abort", this.#expire, { once: true });
  }

  /** The way stands. `first`: the first turn, where it is another one. */
  open(first: () => DialogueAction = () => this.#dialogue.open()): void {
    if (this.#over) return;
    if (this.#deadline.signal.aborted) this.#expire();
    else this.#take(first());
  }

  heard(bytes: Uint8Array): void {
    if (this.#over) return;
    if (!this.#searching) this.#take(this.#dialogue.hear(bytes));
    else if (this.#keptBytes < keptBytesMax) {
      this.#kept.push(bytes);
      this.#keptBytes += bytes.length;
    }
  }

  /** The second connection stands. */
  opened(): void {
    if (!this.#over) this.#take(this.#dialogue.opened?.() ?? unasked);
  }

  /** The second connection has ended, and this came over it. */
  fetched(bytes: Uint8Array): void {
    if (!this.#over) this.#take(this.#dialogue.fetched?.(bytes) ?? unasked);
  }

  /** The other side has ended. */
  closed(): void {
    this.#closed = true;
    if (!this.#over && !this.#searching) this.#take(this.#dialogue.closed());
  }

  end(verdict: CheckResult | "secure"): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline.signal.removeEventListener("abort", this.#expire);
    this.#carrier.finish(verdict);
  }

  /** A search under way ends with the deadline as well, and says whose fault that is. */
  readonly #expire = (): void => {
    const missing = this.#dialogue.awaited?.() ?? this.#carrier.missing;
    if (!this.#searching) this.end(late(missing, this.#deadline));
  };

  #take(action: DialogueAction): void {
    if (action.kind === "passed") this.end(action);
    else if (action.kind === "failed") this.end(failed(action.reason, action.why));
    else if (action.kind === "say") this.#carrier.say(action.bytes, action.answered);
    else if (action.kind === "secure") this.end("secure");
    else if (action.kind === "fetch") this.#fetch(action.port);
    else if (action.kind === "match") void this.#search(action);
  }

  #fetch(port: number): void {
    if (this.#carrier.fetch !== undefined) this.#carrier.fetch(port);
    else this.end(failed("local", "there is no second connection here"));
  }

  async #search(action: DialogueAction & { readonly kind: "match" }): Promise<void> {
    this.#searching = true;
    const found = await matches(action.wanted, action.bytes, this.#deadline);
    this.#searching = false;
    if (this.#over) return;
    if (typeof found !== "boolean") return this.end(found);
    this.#take(action.next(found));
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    if (kept.length > 0) this.heard(Buffer.concat(kept));
    if (this.#closed) this.closed();
  }
}
