/**
 * An event's way out: log line, ring of the newest, followers. Knows no event's meaning.
 * The ring is bounded; a follower that throws is its own fault and is dropped. Lines are written a
 * loop turn later, so that what is logged of a takeover does not delay the takeover; what can wait
 * longer is written with the next line, so that logging a late heartbeat does not delay another.
 */
import { type EventBody, eventsMax, type LvsdEvent } from "../model/event.ts";
import { boundedEvent, boundedSentence } from "../model/event-size.ts";
import { sentenceOf, severityOf } from "../model/event-text.ts";
import { ms } from "../model/time.ts";

/** What takes a line: system/process/log.ts. */
export type WriteLine = (event: LvsdEvent) => void;

/** How long what can wait does: longer than most moments in which a machine is slow. */
const patience = ms(50);
/** Measured: 0.5 ms of a processor. */
const linesAtOnce = 100;

export class Journal {
  readonly #ring: LvsdEvent[] = [];
  readonly #followers = new Set<(event: LvsdEvent) => void>();
  readonly #write: WriteLine;
  readonly #wallClock: () => string;
  readonly #unwritten: LvsdEvent[] = [];
  #turn: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(write: WriteLine, wallClock: () => string) {
    this.#write = write;
    this.#wallClock = wallClock;
  }

  /** Records one event; `at`, severity and the sentence are added here. */
  record(given: EventBody, when: "soon" | "when there is time" = "soon"): void {
    const body = boundedEvent(given);
    const event: LvsdEvent = {
      ...body,
      at: this.#wallClock(),
      severity: severityOf(body),
      message: boundedSentence(sentenceOf(body)),
    };
    this.#ring.push(event);
    if (this.#ring.length > eventsMax) this.#ring.shift();
    this.#unwritten.push(event);
    if (when === "soon") this.#turn ??= setImmediate(() => this.#writeSome());
    else this.#timer ??= setTimeout(() => this.#writeSome(), patience);
  }

  /** What a reload of a thousand real servers has to log must not hold up the loop. */
  #writeSome(): void {
    this.#turn = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writeAll(this.#unwritten.splice(0, linesAtOnce));
    if (this.#unwritten.length > 0) this.#turn ??= setImmediate(() => this.#writeSome());
  }

  /** Writes now what has been recorded: for the last words before the end. */
  flush(): void {
    this.#writeAll(this.#unwritten.splice(0));
  }

  #writeAll(events: readonly LvsdEvent[]): void {
    for (const event of events) {
      this.#write(event);
      for (const follower of this.#followers) this.#pass(follower, event);
    }
  }

  #pass(follower: (event: LvsdEvent) => void, event: LvsdEvent): void {
    try {
      follower(event);
    } catch {
      this.#followers.delete(follower);
    }
  }

  /** The newest events, oldest first. */
  events(): readonly LvsdEvent[] {
    return [...this.#ring];
  }

  /** Calls `follower` for every later event until the returned function is called. */
  follow(follower: (event: LvsdEvent) => void): () => void {
    this.#followers.add(follower);
    return () => {
      this.#followers.delete(follower);
    };
  }
}
