/**
 * The heartbeat's way out and in: sockets of all paths, seal, digest, counters.
 * Knows bytes and paths; what a message means is the machine's business.
 *
 * What is refused is counted by reason; the first of a kind is reported, then one a minute.
 */
import type { Config } from "../../config/config.ts";
import { addressesOf } from "../../config/config.ts";
import type { Input } from "../../failover/protocol.ts";
import type { Seal } from "../../heartbeat/header.ts";
import type { Header, Message } from "../../heartbeat/message.ts";
import { decode, encode, forPath } from "../../heartbeat/wire.ts";
import type { IpAddress } from "../../model/address.ts";
import { isRefused, type Refused } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { otherRole, type Role } from "../../model/router.ts";
import { between, type Instant, ms } from "../../model/time.ts";
import type { HeartbeatPath, OpenHeartbeatPath } from "../../system/net/datagram.ts";

export interface HeartbeatParts {
  readonly open: OpenHeartbeatPath;
  readonly now: () => Instant;
  /** What was heard, and when. */
  readonly input: (input: Input, at: Instant) => void;
  readonly report: (event: EventBody) => void;
  /** Judged before the signature is computed, so that a flood of replays costs little. */
  readonly known: (header: Header, path: number) => Refused<string> | null;
  /** The health digest for the next datagram, at most `digestBytesMax` bytes. */
  readonly digest: () => Uint8Array;
  /** The digest of an authentic message that was heard. */
  readonly heardDigest: (message: Message) => void;
}

export interface HeartbeatCounters {
  readonly sent: number;
  readonly received: number;
  readonly refused: Readonly<Record<string, number>>;
}

interface Path {
  readonly name: string;
  readonly number: number;
  readonly own: IpAddress;
  readonly peer: IpAddress;
  readonly port: number;
  readonly socket: HeartbeatPath;
  failing: string | null;
}

const reportAgainAfter = ms(60_000);
/** How often a path is tried that could not be bound (its address is not there yet). */
const bindAgainAfter = ms(500);

/** The paths that a configuration gives a router of this role; empty without a peer. */
export function pathNames(config: Config): readonly string[] {
  const { primary, backup } = config.routers;
  if (backup === null) return [];
  return primary.private !== null && backup.private !== null ? ["public", "private"] : ["public"];
}

export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #paths: Path[] = [];
  #seal: Seal | null = null;
  #binding: NodeJS.Timeout | null = null;
  #closed = false;
  #sent = 0;
  #received = 0;
  readonly #refused = new Map<string, number>();
  readonly #reportedAt = new Map<string, Instant>();

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** Opens what the configuration asks for and closes what it no longer does; never throws. */
  async configure(config: Config, role: Role, seal: Seal): Promise<void> {
    this.#seal = seal;
    const wanted = wantedPaths(config, role);
    const [kept, gone] = [[] as Path[], [] as Path[]];
    for (const path of this.#paths) {
      (wanted.some((want) => sameEnds(want, path)) ? kept : gone).push(path);
    }
    await Promise.all(gone.map((path) => path.socket.close()));
    this.#paths = wanted.map((want) => {
      const path = kept.find((each) => sameEnds(want, each));
      return path === undefined ? this.#openPath(want) : { ...path, ...want };
    });
    await this.#bind();
  }

  /** On every path, now. */
  send(message: Message): void {
    const seal = this.#seal;
    if (seal === null) return;
    const whole = { ...message, digest: this.#parts.digest() };
    let first: Uint8Array | null = null;
    for (const path of this.#paths) {
      if (!path.socket.open) continue;
      this.#sent += 1;
      const bytes: Uint8Array =
        first === null ? encode(whole, path.number, seal) : forPath(first, path.number, seal);
      first ??= bytes;
      path.socket.send(bytes, (why) => this.#sentOn(path, why));
    }
  }

  counters(): HeartbeatCounters {
    const foreign = this.#paths.reduce((sum, path) => sum + path.socket.foreign, 0);
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
    await Promise.all(this.#paths.map((path) => path.socket.close()));
  }

  #openPath(want: WantedPath): Path {
    const socket = this.#parts.open({
      ...want,
      onDatagram: (bytes, from, at) => this.#heard(want.number, bytes, from, at),
      onForeign: (from, bytes) =>
        this.#parts.report({
          event: "heartbeat",
          kind: "refused",
          reason: "foreign-address",
          from,
          detail: `${bytes} bytes from an address that is not the peer's`,
        }),
    });
    return { ...want, socket, failing: null };
  }

  async #bind(): Promise<void> {
    const closed = this.#paths.filter((path) => !path.socket.open);
    for (const path of closed) this.#sentOn(path, await path.socket.bind());
    if (this.#closed || !this.#paths.some((path) => !path.socket.open)) return;
    this.#binding ??= setTimeout(() => {
      this.#binding = null;
      void this.#bind();
    }, bindAgainAfter);
  }

  #sentOn(path: Path, why: string | null): void {
    if (why === path.failing || this.#closed) return;
    path.failing = why;
    this.#parts.report(
      why === null
        ? { event: "heartbeat", kind: "send-recovered", path: path.name, text: "works again" }
        : { event: "heartbeat", kind: "send-failed", path: path.name, text: why },
    );
    if (!path.socket.open) void this.#bind();
  }

  #heard(path: number, bytes: Uint8Array, from: IpAddress, at: Instant): void {
    if (this.#seal === null) return;
    const decoded = decode(bytes, this.#seal, (header) => this.#parts.known(header, path));
    if (isRefused<string>(decoded)) {
      this.refuse(decoded.refused, from, decoded.detail);
      return;
    }
    this.#received += 1;
    if (decoded.kind === "version") {
      this.#parts.input({ kind: "heard-version", path, header: decoded.header }, at);
      return;
    }
    this.#parts.input({ kind: "heard", path, message: decoded.message }, at);
    this.#parts.heardDigest(decoded.message);
  }
}

interface WantedPath {
  readonly name: string;
  readonly number: number;
  readonly own: IpAddress;
  readonly peer: IpAddress;
  readonly port: number;
}

function wantedPaths(config: Config, role: Role): WantedPath[] {
  const own = addressesOf(config, role);
  const peer = addressesOf(config, otherRole(role));
  if (own === null || peer === null) return [];
  const { port } = config.heartbeat;
  const paths = [{ name: "public", number: 0, own: own.public, peer: peer.public, port }];
  if (own.private !== null && peer.private !== null)
    paths.push({ name: "private", number: 1, own: own.private, peer: peer.private, port });
  return paths;
}

const sameEnds = (a: WantedPath, b: WantedPath): boolean =>
  a.number === b.number && a.own === b.own && a.peer === b.peer && a.port === b.port;
