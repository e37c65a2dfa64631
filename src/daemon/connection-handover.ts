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
import type { Haste, ReadConnections } from "../system/connection-reader.ts";
import type { SyncSender } from "../system/sync-sender.ts";
import { untold } from "../table/connections.ts";
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

/**
 * How long each telling may take; its reading has half of that.
 *
 * Before: the addresses are still served, and the peer's wish stands for longer; others have their
 * turn after the shortest heartbeat interval. After: part of the outage, if it should ever
 * take so long, since a lost handshake costs its client a second. Nobody holds the addresses then,
 * so nothing else in this process is more urgent (measured: 4 ms in one go, 7 to 70 ms in turns).
 */
const before = { atMost: ms(500), slice: ms(10) };
const after = { atMost: ms(150), slice: ms(40) };

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
    telling.report(between(from, this.#parts.now()));
    return done;
  }
}

/** What one release has told so far. */
class Telling {
  readonly #parts: ConnectionHandOverParts;
  readonly #place: SyncPlace;
  readonly #seen = new Set<string>();
  #told = 0;
  #trouble: string | null = null;

  constructor(parts: ConnectionHandOverParts, place: SyncPlace) {
    this.#parts = parts;
    this.#place = place;
  }

  /** Tells what was not told yet, in the state that it has now. Never throws. */
  async tell({ atMost, slice }: Haste): Promise<void> {
    let ended = false;
    const work = this.#tell({ atMost: ms(atMost / 2), slice }).then(() => {
      ended = true;
    });
    await within(work, atMost);
    if (!ended) this.#trouble = `it did not end in time (${atMost} ms)`;
  }

  async #tell(haste: Haste): Promise<void> {
    try {
      const { connections, complete } = await this.#parts.read(this.#seen, haste);
      if (!complete) this.#trouble = `there are more than can be read in ${haste.atMost} ms`;
      const news = untold(connections);
      if (news.length === 0) return;
      this.#parts.sender.send(this.#place.link, syncMessages(news, this.#place.id));
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
