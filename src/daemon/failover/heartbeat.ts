/**
 * The heartbeat's way out and in: sockets of all paths, seal, digest, counters.
 * Knows bytes and paths; what a message means is the machine's business.
 *
 * What is refused is counted by reason; the first of a kind is reported, then one a minute.
 */
import { endianness } from "node:os";
import type { Config } from "../../config/config.ts";
import type { Input } from "../../failover/protocol.ts";
import { pathSaid, type Seal } from "../../heartbeat/header.ts";
import type { BootId, Header, Message } from "../../heartbeat/message.ts";
import {
  encodePulse,
  type PulseBeat,
  type PulseFamily,
  type PulseOrder,
  type PulseState,
  partsOf,
} from "../../heartbeat/pulse.ts";
import { encode, forPath } from "../../heartbeat/wire.ts";
import { isRefused, type Refused, refuse } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault, Role } from "../../model/router.ts";
import { between, type Instant, ms } from "../../model/time.ts";
import type { Endpoint, OpenHeartbeatPath } from "../../system/net/datagram.ts";
import { Seals } from "./seals.ts";
import {
  differenceOf,
  pulseFamilyOf,
  retargeted,
  sameEndpoint,
  sameSocket,
  takesOver,
  type WantedPath,
  type Way,
  wantedPaths,
} from "./ways.ts";

export interface HeartbeatParts {
  readonly open: OpenHeartbeatPath;
  readonly now: () => Instant;
  /** What was heard, and when. */
  readonly input: (input: Input, at: Instant) => void;
  readonly report: (event: EventBody) => void;
  /** Judged before the signature is computed, so that a flood of replays costs little. */
  readonly known: (header: Header, path: number) => Refused<string> | null;
  /** Whether the peer has said something newer. */
  readonly isOlder: (header: Header) => boolean;
  /** Whether what this process says shows where the peer is: it is the peer, or may become it. */
  readonly leads: (boot: BootId) => boolean;
  /** The health digest for the next datagram, at most `digestBytesMax` bytes. */
  readonly digest: () => Uint8Array;
  /** What this router finds out of its network and its kernel, for every datagram. */
  readonly findings: () => Pick<Message, "reach" | "unserved">;
  /** The digest of an authentic message that was heard. */
  readonly heardDigest: (message: Message) => void;
}

export interface HeartbeatCounters {
  readonly sent: number;
  readonly received: number;
  readonly refused: Readonly<Record<string, number>>;
}

/** The newest beat of a path: copies of it that come another way are no replays. */
interface Newest {
  readonly boot: BootId;
  readonly sequence: number;
  readonly place: string;
}

const reportAgainAfter = ms(60_000);
/** How often a path is tried that could not be bound (its address is not there yet). */
const bindAgainAfter = ms(500);
/** How long a former way outlives the last beat that came on it, once the peer uses another. */
const formerFor = ms(10_000);
/** A change that reaches both routers is no difference between them meanwhile. */
const differsAfter = ms(1000);
/** Signatures that are computed each second for what comes from addresses in no file. */
const elsewhereTriesMax = 20;

/** Why what was heard is a copy of something that was said before. */
const isOld: readonly string[] = ["copy", "replayed", "superseded", "own"];

export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #ways: Way[] = [];
  /** Of files before this one; closed once the peer no longer speaks to them. */
  #former: Way[] = [];
  /** By path number, the way on which the peer was last heard. */
  readonly #used = new Map<number, Way>();
  readonly #newest = new Map<number, Newest>();
  readonly #seals = new Seals();
  #protocol: Config["heartbeat"]["protocol"] = "lvsd";
  #family: PulseFamily = "lvs";
  /** Piranha knows its own byte order only: the peer is answered in the one that it was heard in. */
  #order: PulseOrder = endianness() === "LE" ? "little" : "big";
  #faults: readonly Fault[] = [];
  #differsSince: Instant | null = null;
  #triesSince: Instant | null = null;
  #tries = 0;
  #binding: NodeJS.Timeout | null = null;
  #closed = false;
  #sent = 0;
  #received = 0;
  readonly #refused = new Map<string, number>();
  readonly #reportedAt = new Map<string, Instant>();

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** Opens what the configuration asks for; never throws. The peer may go on as it did before. */
  async configure(config: Config, role: Role, seal: Seal): Promise<void> {
    this.#seals.change(seal, this.#parts.now(), this.#protocol !== "pulse");
    this.#protocol = config.heartbeat.protocol;
    this.#family = pulseFamilyOf(config);
    const wanted = wantedPaths(config, role);
    const before = this.#ways;
    const kept = before.filter((way) => wanted.some((want) => takesOver(want, way)));
    const gone = before.filter((way) => !kept.includes(way));
    // A socket of another path or of an earlier file may have the address that is wanted now.
    const stays = (way: Way): boolean =>
      way.socket.open &&
      wanted.some(({ number }) => number === way.number) &&
      !wanted.some((want) => sameSocket(want, way) && !kept.includes(way));
    const former = [...gone, ...this.#former];
    this.#former = former.filter(stays);
    await Promise.all(former.filter((way) => !stays(way)).map((way) => way.socket.close()));
    if (this.#closed) return;
    this.#ways = wanted.map((want) => {
      const way = kept.find((each) => takesOver(want, each));
      return way === undefined ? this.#open(want) : retargeted(way, want);
    });
    for (const [number, used] of this.#used)
      if (![...this.#ways, ...this.#former].includes(used)) this.#used.delete(number);
    for (const way of gone.filter(stays)) this.#used.set(way.number, way);
    await this.#bind();
  }

  /** On every path, now. */
  send(message: Message, word: PulseState | null): void {
    const { digest, findings, now } = this.#parts;
    if (!this.#seals.known) return;
    this.#forget(now());
    const whole = { ...message, ...findings(), digest: digest() };
    for (const seal of this.#seals.signing()) this.#sendSealed(whole, seal, word);
  }

  /** The same in pulse alone: to where the file says that the peer is. */
  sendWord(word: PulseState): void {
    this.#forget(this.#parts.now());
    const bytes = encodePulse(word, this.#family, this.#order);
    for (const way of this.#ways) {
      if (!way.socket.open) continue;
      this.#sent += 1;
      way.socket.send(bytes, (why) => this.#sentOn(way, why));
    }
  }

  /** What the two files disagree about, as the ways to the peer show it. */
  faults(): readonly Fault[] {
    return this.#faults;
  }

  counters(): HeartbeatCounters {
    const foreign = this.#ways.reduce((sum, way) => sum + way.socket.foreign, 0);
    const refused: Record<string, number> = {
      "bad-hmac": 0,
      replayed: 0,
      short: 0,
      ...Object.fromEntries(this.#refused),
    };
    if (foreign > 0) refused["foreign-address"] = foreign;
    return { sent: this.#sent, received: this.#received, refused };
  }

  /** Counts a refusal and reports the first of its kind. */
  refuse(reason: string, from: string, detail: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
    // Every router that starts is unconfirmed for the time of one round trip.
    if (reason === "unconfirmed") return;
    const now = this.#parts.now();
    const before = this.#reportedAt.get(reason);
    if (before !== undefined && between(before, now) < reportAgainAfter) return;
    this.#reportedAt.set(reason, now);
    this.#parts.report({ event: "heartbeat", kind: "refused", reason, from, detail });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#binding !== null) clearTimeout(this.#binding);
    await Promise.all([...this.#ways, ...this.#former].map((way) => way.socket.close()));
  }

  #sendSealed(whole: Message, seal: Seal, word: PulseState | null): void {
    let first: Uint8Array | null = null;
    const bytesFor = (path: number): Uint8Array => {
      const bytes = first === null ? encode(whole, path, seal) : forPath(first, path, seal);
      first ??= bytes;
      return word === null ? bytes : encodePulse(word, this.#family, this.#order, bytes);
    };
    for (const way of [...this.#ways, ...this.#former]) {
      const current = this.#ways.includes(way);
      if (!way.socket.open || !(current || this.#used.get(way.number) === way)) continue;
      const bytes = bytesFor(way.number);
      this.#sent += 1;
      way.socket.send(bytes, (why) => {
        if (current) this.#sentOn(way, why);
      });
      if (way.elsewhere === null) continue;
      this.#sent += 1;
      way.socket.send(bytes, () => {}, way.elsewhere);
    }
  }

  #open(want: WantedPath): Way {
    const { open, report, now } = this.#parts;
    const socket = open({
      ...want,
      onDatagram: (bytes, address, at, port) => this.#heard(way, bytes, { address, port }, at),
      onElsewhere: (bytes, from, at) => this.#heardElsewhere(way, bytes, from, at),
      onForeign: (from, bytes) =>
        report({
          event: "heartbeat",
          kind: "refused",
          reason: "foreign-address",
          from,
          detail: `${bytes} bytes from an address that is not the peer's`,
        }),
    });
    const way: Way = { ...want, socket, failing: null, elsewhere: null, heardAt: now() };
    return way;
  }

  async #bind(): Promise<void> {
    const closed = this.#ways.filter((way) => !way.socket.open);
    for (const way of closed) this.#sentOn(way, await way.socket.bind());
    if (this.#closed || !this.#ways.some((way) => !way.socket.open)) return;
    this.#binding ??= setTimeout(() => {
      this.#binding = null;
      void this.#bind();
    }, bindAgainAfter);
  }

  #sentOn(way: Way, why: string | null): void {
    if (why === way.failing || this.#closed) return;
    way.failing = why;
    this.#parts.report(
      why === null
        ? { event: "heartbeat", kind: "send-recovered", path: way.name, text: "works again" }
        : { event: "heartbeat", kind: "send-failed", path: way.name, text: why },
    );
    if (!way.socket.open) void this.#bind();
  }

  #heard(way: Way, bytes: Uint8Array, from: Endpoint, at: Instant): void {
    const refused = this.#take(way, bytes, from, at, false);
    if (refused !== null && refused.refused !== "copy")
      this.refuse(refused.refused, from.address, refused.detail);
  }

  /**
   * From an address that no file names: only a signature shows that it is the peer. Says whether it
   * is. Without keys the address is all there is to go by, and only a former one counts.
   */
  #heardElsewhere(way: Way, bytes: Uint8Array, from: Endpoint, at: Instant): boolean {
    if (this.#protocol !== "lvsd") {
      // Piranha takes what comes from either address of its peer on either socket.
      const other = this.#ways.find(({ peer }) => peer === from.address);
      if (other !== undefined) this.#heard(other, bytes, from, at);
      if (other !== undefined || this.#protocol === "pulse") return other !== undefined;
    }
    const expected = sameEndpoint(way.elsewhere, from);
    if (!expected && !this.#mayTry(at)) return false;
    const refused = this.#take(way, bytes, from, at, !expected);
    return refused === null || refused.refused === "copy";
  }

  #mayTry(at: Instant): boolean {
    if (this.#triesSince === null || between(this.#triesSince, at) >= 1000) {
      this.#triesSince = at;
      this.#tries = 0;
    }
    this.#tries += 1;
    return this.#tries <= elsewhereTriesMax;
  }

  /** Takes in a datagram, or says why not. */
  #take(
    way: Way,
    bytes: Uint8Array,
    from: Endpoint,
    at: Instant,
    mustSign: boolean,
  ): Refused<string> | null {
    const parts = partsOf(bytes, this.#protocol, this.#family);
    if (isRefused<string>(parts)) return parts;
    const { own, word } = parts;
    const taken = own === null ? null : this.#takeOwn(way, own, from, at, mustSign);
    const refused = taken === "older" ? null : taken;
    if (word === null) return refused;
    const isLone = own === null || refused !== null;
    if (isLone && mustSign) return refuse("unsigned", "from an address in no file");
    // The word is as old as what it came with.
    if (taken === "older" || (refused !== null && isOld.includes(refused.refused))) return refused;
    this.#takeWord(way, word, isLone, at);
    return refused;
  }

  #takeWord(way: Way, { word, order }: PulseBeat, lone: boolean, at: Instant): void {
    this.#order = order;
    if (lone) this.#received += 1;
    // In a pair of virtual servers it means no more than that its sender is active.
    const meant = word === "stop-me" && this.#family === "lvs" ? "running" : word;
    this.#parts.input({ kind: "heard-word", path: way.number, word: meant, lone }, at);
  }

  #takeOwn(
    way: Way,
    bytes: Uint8Array,
    from: Endpoint,
    at: Instant,
    mustSign: boolean,
  ): Refused<string> | "older" | null {
    if (!this.#seals.known) return null;
    const said = pathSaid(bytes);
    // The two files may number the paths differently: the datagram says on which it was sent.
    const path =
      said !== null && this.#ways.some(({ number }) => number === said) ? said : way.number;
    const place = `${way.own} ${way.port} ${from.address} ${from.port}`;
    const known = (header: Header): Refused<string> | null => {
      const refused = this.#parts.known(header, path);
      const { boot, sequence, place: before } = this.#newest.get(path) ?? {};
      const isCopy = boot === header.boot && sequence === header.sequence && place !== before;
      return refused?.refused === "replayed" && isCopy ? refuse("copy", place) : refused;
    };
    const { decoded, formerly } = this.#seals.decoded(bytes, known, mustSign);
    if (isRefused<string>(decoded)) return decoded;
    this.#received += 1;
    const header = decoded.kind === "version" ? decoded.header : decoded.message;
    const older = this.#parts.isOlder(header);
    this.#newest.set(path, { boot: header.boot, sequence: header.sequence, place });
    if (decoded.kind === "version") this.#parts.input({ kind: "heard-version", path, header }, at);
    else {
      this.#parts.input({ kind: "heard", path, message: decoded.message }, at);
      this.#parts.heardDigest(decoded.message);
    }
    if (this.#parts.leads(header.boot)) this.#follow(way, from, at, formerly);
    return older ? "older" : null;
  }

  /** The peer is answered where and how it was last heard. */
  #follow(way: Way, from: Endpoint, at: Instant, formerly: boolean): void {
    const { peer, port } = way;
    way.elsewhere = from.address === peer && from.port === port ? null : from;
    way.heardAt = at;
    this.#used.set(way.number, way);
    this.#seals.heard(formerly, at);
    this.#compare(at);
  }

  #compare(at: Instant): void {
    const texts = this.#ways.flatMap((way) => {
      const text = differenceOf(way, this.#used.get(way.number) ?? way);
      return text === null ? [] : [{ subject: way.name, text }];
    });
    if (this.#seals.differ)
      texts.push({
        subject: "authentication",
        text: "the peer still goes by the keys or the authentication before this file's",
      });
    this.#differsSince = texts.length === 0 ? null : (this.#differsSince ?? at);
    if (this.#differsSince !== null && between(this.#differsSince, at) < differsAfter) return;
    const before = new Set(this.#faults.map(({ text }) => text));
    if (texts.length === before.size && texts.every(({ text }) => before.has(text))) return;
    this.#faults = texts.map((each): Fault => ({ kind: "role", ...each }));
    for (const { text } of texts.filter((each) => !before.has(each.text)))
      this.#parts.report({ event: "peer", kind: "role-conflict", text });
  }

  /** Ends the former ways and the former seal that the peer has left. */
  #forget(at: Instant): void {
    const isLeft = (way: Way): boolean =>
      this.#used.get(way.number) !== way && between(way.heardAt, at) >= formerFor;
    if (this.#former.some(isLeft)) {
      for (const way of this.#former.filter(isLeft)) void way.socket.close();
      this.#former = this.#former.filter((way) => !isLeft(way));
    }
    this.#seals.forget(formerFor, at);
  }
}
