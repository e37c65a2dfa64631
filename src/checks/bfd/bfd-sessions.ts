/**
 * The BFD sessions of this router, one for each address and way: those that the configuration
 * holds, and those of a single try. The receiving sockets are theirs together.
 *
 * A session belongs to no try: it goes on between them, and they ask how it stands.
 */
import type { BfdSession } from "../../check/network/bfd-session.ts";
import { type Family, family, type IpAddress } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import {
  type BfdReceiver,
  type BfdWay,
  type OpenBfdReceiver,
  openBfdReceiver,
  openBfdSender,
  ttlMax,
} from "../../system/net/real-servers/bfd-sockets.ts";
import { now, openAlarm } from "../../system/process/clock.ts";
import { BfdEnd, type BfdEndDoors, type BfdSettings, type BfdStanding, wayOf } from "./bfd-end.ts";

export interface BfdDoors extends BfdEndDoors {
  readonly openReceiver: OpenBfdReceiver;
}

/** A session as one process leaves it to the next. */
export interface RememberedBfd {
  readonly name: string;
  readonly session: BfdSession;
}

/** How a session stands now, and where it is not up why. */
export type BfdChanged = (name: string, standing: BfdStanding, why: string) => void;

/** Another program of this router may have the port for a while, as a process that is ending. */
const listenAgainMs = 1000;

/** Equal for checks that must share one session (RFC 5881, section 3). */
export const bfdName = (settings: Pick<BfdSettings, "address" | "maxHops">): string =>
  `${wayOf(settings)} ${settings.address}`;

export class BfdSessions {
  readonly #doors: BfdDoors;
  readonly #ends = new Map<string, BfdEnd>();
  readonly #held = new Set<string>();
  readonly #receivers = new Map<string, BfdReceiver>();
  #remembered = new Map<string, BfdSession>();
  #again: NodeJS.Timeout | undefined;
  #changed: BfdChanged = () => {};

  constructor(doors: BfdDoors) {
    this.#doors = doors;
  }

  /** The process before this one left these; before `hold`. */
  recall(remembered: readonly RememberedBfd[]): void {
    this.#remembered = new Map(remembered.map(({ name, session }) => [name, session]));
  }

  /** These go on until the next call, and no others. `changed`: one stands otherwise now. */
  hold(all: readonly BfdSettings[], changed: BfdChanged): void {
    this.#changed = changed;
    const wanted = new Map(all.map((settings) => [bfdName(settings), settings]));
    for (const name of [...this.#held]) if (!wanted.has(name)) this.#end(name);
    const fresh: BfdEnd[] = [];
    for (const [name, settings] of wanted) {
      this.#held.add(name);
      const known = this.#ends.get(name);
      if (known === undefined) fresh.push(this.#begin(name, settings));
      else known.configure(settings);
    }
    this.#remembered.clear();
    // Whoever answers to what is sent first is heard.
    this.#listen();
    for (const end of fresh) end.configure(end.settings);
  }

  /** The session that there is, or one for as long as `use` takes. */
  async with<Result>(
    settings: BfdSettings,
    use: (end: BfdEnd) => Promise<Result>,
  ): Promise<Result> {
    const name = bfdName(settings);
    const known = this.#ends.get(name);
    const end = known ?? this.#begin(name, settings);
    // What is heard for the others costs a filter of all of them.
    if (known === undefined) this.#listen();
    try {
      return await use(end);
    } finally {
      if (!this.#held.has(name) && this.#ends.get(name) === end) {
        this.#end(name);
        this.#listen();
      }
    }
  }

  /** What the next process goes on with. */
  leave(): readonly RememberedBfd[] {
    return [...this.#held].flatMap((name) => {
      const end = this.#ends.get(name);
      return end === undefined ? [] : [{ name, session: end.leave() }];
    });
  }

  /** `onPurpose`: the peers are to know. */
  close(onPurpose: boolean): void {
    clearTimeout(this.#again);
    for (const end of this.#ends.values()) end.close(onPurpose);
    this.#ends.clear();
    this.#held.clear();
    this.#listen();
  }

  #begin(name: string, settings: BfdSettings): BfdEnd {
    const end = new BfdEnd(settings, this.#doors, this.#remembered.get(name));
    this.#ends.set(name, end);
    let was = end.standing;
    end.listeners.add((_side, packet) => {
      if (packet !== null || end.standing === was) return;
      was = end.standing;
      if (this.#held.has(name)) this.#changed(name, was, end.session.why.text);
    });
    return end;
  }

  #end(name: string): void {
    this.#ends.get(name)?.close(true);
    this.#ends.delete(name);
    this.#held.delete(name);
  }

  /** Opens and closes receivers, and gives each the addresses of its peers. */
  #listen(): void {
    const groups = Map.groupBy(this.#ends.values(), ({ settings }) =>
      groupName(family(settings.address), wayOf(settings)),
    );
    for (const [group, receiver] of this.#receivers)
      if (!groups.has(group)) {
        receiver.close();
        this.#receivers.delete(group);
      }
    clearTimeout(this.#again);
    let isDeaf = false;
    for (const [group, ends] of groups) {
      const why = this.#expect(group, ends);
      for (const end of ends) end.deaf = why;
      isDeaf ||= why !== null;
    }
    if (isDeaf) this.#listenLater();
  }

  #listenLater(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#listen(), listenAgainMs);
  }

  /** Null, or why nothing is heard. */
  #expect(group: string, [first, ...others]: readonly BfdEnd[]): string | null {
    if (first === undefined) return null;
    const of = family(first.settings.address);
    const way = wayOf(first.settings);
    const heard = (from: IpAddress, bytes: Uint8Array): void =>
      this.#ends.get(`${way} ${from}`)?.hear(bytes);
    // A bug of ours, which is contained as that of any check (checks/containment.ts).
    const threw = (thrown: unknown): void => {
      for (const end of this.#ends.values()) end.deaf = messageOf(thrown);
      this.#listenLater();
    };
    try {
      const known = this.#receivers.get(group);
      const receiver = known ?? this.#doors.openReceiver({ family: of, way, heard, threw });
      this.#receivers.set(group, receiver);
      receiver.expect(
        [first, ...others].map(({ settings }) => {
          return { address: settings.address, ttlMin: ttlMax - settings.maxHops };
        }),
      );
      return null;
    } catch (thrown) {
      return messageOf(thrown);
    }
  }
}

const groupName = (of: Family, way: BfdWay): string => `${of} ${way}`;

/** Those of this process. */
export const bfdSessions = new BfdSessions({
  now,
  openAlarm,
  openReceiver: openBfdReceiver,
  openSender: openBfdSender,
});
