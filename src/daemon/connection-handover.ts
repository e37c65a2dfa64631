/**
 * Hands the youngest connections to the peer's kernel in the middle of an agreed release.
 *
 * The kernel tells its peer of a connection seconds after it was made, and of one that is still
 * being made never. So whoever lets go tells the rest itself: once before the addresses go, while
 * nobody waits, and once after, of what came in between. The word `released` follows that.
 * Bounded in time: a peer that is not told of everything is better than addresses that nobody has.
 */
import { messageOf } from "../model/error.ts";
import type { EventBody } from "../model/event.ts";
import { between, type Instant, type Ms, ms } from "../model/time.ts";
import type { ReadConnections } from "../system/connection-reader.ts";
import { Pace, type Rhythm } from "../system/pace.ts";
import type { SyncSender } from "../system/sync-sender.ts";
import { untold } from "../table/connections.ts";
import { SeenLines } from "../table/seen-lines.ts";
import { syncMessages } from "../table/sync-message.ts";
import type { SyncPlace } from "./connection-sync.ts";
import type { Done } from "./vips.ts";
import { within } from "./within.ts";

export interface ConnectionHandOverParts {
  readonly read: ReadConnections;
  readonly sender: SyncSender;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
}

/** How long a telling may take, its reading half of that, and how it gives way to others. */
interface Haste extends Rhythm {
  readonly atMost: Ms;
}

/**
 * Before: the addresses are still served, and the peer's wish stands for longer. After: part of the
 * outage, if it should ever take so long, since a lost handshake costs its client a second. Nobody
 * holds the addresses then, so nothing else on this machine is more urgent.
 */
const before = { atMost: ms(800), slice: ms(1), rest: ms(2) };
const after = { atMost: ms(150), slice: ms(40), rest: ms(0) };

export class ConnectionHandOver {
  readonly #parts: ConnectionHandOverParts;

  constructor(parts: ConnectionHandOverParts) {
    this.#parts = parts;
  }

  /** Performs `release`, whose outcome this returns. Never throws but what `release` throws. */
  async around(place: SyncPlace, release: () => Promise<Done>): Promise<Done> {
    const telling = new Telling(this.#parts, place);
    await telling.tell(before);
    const done = await release();
    const from = this.#parts.now();
    await telling.tell(after);
    const held = between(from, this.#parts.now());
    // The peer waits for the word that the caller says now; the log does not.
    setImmediate(() => telling.report(held));
    return done;
  }
}

/** What one release has told so far. */
class Telling {
  readonly #parts: ConnectionHandOverParts;
  readonly #place: SyncPlace;
  readonly #seen = new SeenLines();
  #told = 0;
  #trouble: string | null = null;

  constructor(parts: ConnectionHandOverParts, place: SyncPlace) {
    this.#parts = parts;
    this.#place = place;
  }

  /** Tells what was not told yet, in the state that it has now. Never throws. */
  async tell({ atMost, ...rhythm }: Haste): Promise<void> {
    let ended = false;
    const work = this.#tell(ms(atMost / 2), new Pace(rhythm)).then(() => {
      ended = true;
    });
    await within(work, atMost);
    if (!ended) this.#trouble = `it did not end in time (${atMost} ms)`;
  }

  async #tell(atMost: Ms, pace: Pace): Promise<void> {
    const { read, sender } = this.#parts;
    try {
      const { connections, complete } = await read(this.#seen, atMost, pace);
      if (!complete) this.#trouble = `there are more than can be read in ${atMost} ms`;
      const news = untold(connections);
      for (const datagram of syncMessages(news, this.#place.id)) {
        sender.send(this.#place.link, datagram);
        if (pace.isDue()) await pace.rest();
      }
      this.#told += news.length;
    } catch (thrown) {
      this.#trouble = messageOf(thrown);
    }
  }

  report(held: Ms): void {
    const text =
      this.#trouble === null
        ? `told the peer of ${this.#told} young connections; ${held.toFixed(1)} ms after the release`
        : `the peer may not know the connections of the last seconds: ${this.#trouble}`;
    this.#parts.report({ event: "sync", kind: this.#trouble === null ? "told" : "untold", text });
  }
}
