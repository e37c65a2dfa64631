/**
 * Hands the youngest connections to the peer's kernel in the middle of an agreed release.
 *
 * The kernel sends its peer a connection seconds after it was made, and of one that is still
 * being made never. So whoever lets go sends the rest itself: once before the addresses go, while
 * nobody waits, and once after, of what came in between. The word `released` follows that.
 * Bounded in time: a peer that has not everything is better than addresses that no router has.
 *
 * What came in between is known by its SYNs where that is possible, since the kernel's list takes
 * time to read in which no client is served; else, and whenever the SYNs leave a doubt, it is read.
 */

import { type Connection, untold } from "../../connections/connection-list.ts";
import type { FollowedServices } from "../../connections/opened-connections.ts";
import { SeenLines } from "../../connections/seen-lines.ts";
import { type ServiceMarks, withMarks } from "../../connections/service-marks.ts";
import { syncMessages } from "../../connections/sync-message.ts";
import { messageOf } from "../../model/error.ts";
import { between, type Ms, ms } from "../../model/time.ts";
import { Pace, type Rhythm } from "../../system/process/pace.ts";
import type { Doors } from "../doors.ts";
import type { Done } from "../vips/vips.ts";
import { waitAtMost } from "../wait-at-most.ts";
import type { SyncPlace } from "./connection-sync.ts";
import { SynWatch } from "./syn-watch.ts";

export type HandOverDoors = Pick<
  Doors,
  "readConnections" | "syncSender" | "synCapture" | "report" | "now"
>;

/** How long sending may take, its reading half of that, and how it gives way to others. */
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

/** What the hand-over has to know of the configuration. */
export interface HandOverServices {
  /** Those whose SYNs show their connections; null: SYNs cannot show everything. */
  readonly followed: () => FollowedServices | null;
  readonly marks: () => ServiceMarks;
}

export class ConnectionHandOver {
  readonly #doors: HandOverDoors;
  readonly #services: HandOverServices;

  /** `services`: asked at each release. */
  constructor(doors: HandOverDoors, services: HandOverServices) {
    this.#doors = doors;
    this.#services = services;
  }

  /** Performs `release`, whose outcome this returns. Never throws but what `release` throws. */
  async around(place: SyncPlace, release: () => Promise<Done>): Promise<Done> {
    const sending = new Sending(this.#doors, place, this.#services.marks());
    const watch = new SynWatch(this.#doors.synCapture, this.#services.followed());
    watch.begin();
    try {
      await sending.send(before);
      watch.look();
      const done = await release();
      const from = this.#doors.now();
      const opened = watch.opened();
      if (opened === null) await sending.send(after);
      else sending.sendOpened(opened);
      const held = between(from, this.#doors.now());
      // The peer waits for the word that the caller says now; the rest is nothing to it.
      setImmediate(() => sending.report(held, watch.doubt));
      return done;
    } finally {
      setImmediate(() => watch.end());
    }
  }
}

/** What one release has sent so far. */
class Sending {
  readonly #doors: HandOverDoors;
  readonly #place: SyncPlace;
  readonly #marks: ServiceMarks;
  readonly #seen = new SeenLines();
  #sent = 0;
  #trouble: string | null = null;

  constructor(doors: HandOverDoors, place: SyncPlace, marks: ServiceMarks) {
    this.#doors = doors;
    this.#place = place;
    this.#marks = marks;
  }

  /** Sends what was not sent yet, in the state that it has now. Never throws. */
  async send({ atMost, ...rhythm }: Haste): Promise<void> {
    let ended = false;
    const work = this.#sendListed(ms(atMost / 2), new Pace(rhythm)).then(() => {
      ended = true;
    });
    await waitAtMost(work, atMost);
    if (!ended) this.#trouble = `it did not end in time (${atMost} ms)`;
  }

  async #sendListed(atMost: Ms, pace: Pace): Promise<void> {
    try {
      const { connections, complete } = await this.#doors.readConnections(this.#seen, atMost, pace);
      if (!complete) this.#trouble = `there are more than can be read in ${atMost} ms`;
      const news = untold(connections);
      for (const datagram of syncMessages(withMarks(news, this.#marks), this.#place.id)) {
        this.#doors.syncSender.send(this.#place, datagram);
        if (pace.isDue()) await pace.rest();
      }
      this.#sent += news.length;
    } catch (thrown) {
      this.#trouble = messageOf(thrown);
    }
  }

  /** Sends these, at once. Never throws. */
  sendOpened(connections: readonly Connection[]): void {
    try {
      for (const datagram of syncMessages(withMarks(connections, this.#marks), this.#place.id))
        this.#doors.syncSender.send(this.#place, datagram);
      this.#sent += connections.length;
    } catch (thrown) {
      this.#trouble = messageOf(thrown);
    }
  }

  /** `doubt`: why what came last had to be read, if its SYNs could have shown it. */
  report(held: Ms, doubt: string | null): void {
    const read = doubt === null ? "" : `, since the list was read once more: ${doubt}`;
    const text =
      this.#trouble === null
        ? `sent the peer ${this.#sent} young connections; ${held.toFixed(1)} ms after the release${read}`
        : `the peer may not know the connections of the last seconds: ${this.#trouble}`;
    this.#doors.report({ event: "sync", kind: this.#trouble === null ? "told" : "untold", text });
  }
}
