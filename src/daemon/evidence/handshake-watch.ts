/**
 * Looks at the kernel's connections for handshakes that are stuck, and hurries the checks of their
 * real servers. Only on the router that checks and holds the VIPs.
 *
 * Bounded in both: a look reads for 50 ms at most, in pieces of 1 ms, and looks are so seldom that
 * reading takes a two-hundredth of the time. A real server is hurried once in 10 s at most, and
 * less and less often while its checks pass, since somebody may just be sending SYNs.
 */
import type { Config } from "../../config/config.ts";
import type { Connection } from "../../connections/connection-list.ts";
import { endpoint } from "../../connections/opened-connections.ts";
import { SeenLines } from "../../connections/seen-lines.ts";
import {
  type Handshakes,
  lookForStuck,
  type NamesByEndpoint,
} from "../../connections/stuck-connections.ts";
import { type RealServerKey, realServerKey } from "../../health/health.ts";
import { addressBytes } from "../../model/address.ts";
import type { EventBody } from "../../model/event.ts";
import { addMs, between, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import type { ReadConnections } from "../../system/ipvs/connection-reader.ts";
import { Pace } from "../../system/process/pace.ts";
import { Repeated } from "../../system/process/repeated.ts";
import { destinationIdentity } from "../../table/desired.ts";
import type { Hurried } from "../health/probe.ts";

export interface HandshakeWatchParts {
  readonly now: () => Instant;
  readonly readConnections: ReadConnections;
  /** Whether this real server has traffic now, and is checked from here. */
  readonly serves: (key: RealServerKey) => boolean;
  /** Whether the traffic of clients comes through this router. */
  readonly active: () => boolean;
  readonly hurry: (key: RealServerKey) => Promise<Hurried>;
  readonly report: (event: EventBody) => void;
}

/** A handshake that two looks have seen is as old as this: its first SYN went unanswered. */
const lookEvery = seconds(1);
const readMax = ms(50);
const rhythm = { slice: ms(1), rest: ms(3) };
const lookShare = 0.005;
const quietMin = seconds(10);
const quietMax = seconds(600);

interface Quiet {
  readonly until: Instant;
  readonly length: Ms;
}

export class HandshakeWatch {
  readonly #parts: HandshakeWatchParts;
  #servers: NamesByEndpoint = new Map();
  #before: Handshakes = new Set();
  readonly #quiet = new Map<RealServerKey, Quiet>();
  readonly #looks = new Repeated(() => this.look());

  constructor(parts: HandshakeWatchParts) {
    this.#parts = parts;
  }

  configure(config: Config): void {
    this.#servers = realServersByEndpoint(config);
    const known = new Set([...this.#servers.values()].flat());
    for (const key of this.#quiet.keys()) if (!known.has(key)) this.#quiet.delete(key);
  }

  start(): void {
    this.#looks.start(lookEvery);
  }

  stop(): void {
    this.#looks.stop();
  }

  /** One look; how long to wait for the next. Never throws. */
  async look(): Promise<Ms> {
    const { now, active } = this.#parts;
    if (!active() || this.#servers.size === 0) {
      this.#before = new Set();
      return lookEvery;
    }
    const began = now();
    const read = await this.#read();
    const took = between(began, now());
    const { handshakes, stuck } = lookForStuck(read, this.#before, this.#servers);
    this.#before = handshakes;
    for (const key of stuck) this.#hurry(key);
    return ms(Math.max(lookEvery, took / lookShare));
  }

  /** A kernel without IPVS has no connections; that it has none is reported elsewhere. */
  async #read(): Promise<readonly Connection[]> {
    try {
      const pace = new Pace(rhythm);
      return (await this.#parts.readConnections(new SeenLines(), readMax, pace)).connections;
    } catch {
      return [];
    }
  }

  #hurry(key: RealServerKey): void {
    const { now, report, serves, hurry } = this.#parts;
    const quiet = this.#quiet.get(key);
    if (this.#looks.stopped || !serves(key) || (quiet !== undefined && now() < quiet.until)) return;
    const length = quiet === undefined ? quietMin : ms(Math.min(quietMax, quiet.length * 2));
    this.#quiet.set(key, { until: addMs(now(), length), length });
    const text = "does not answer the SYNs of several clients";
    report({ event: "check", kind: "stuck", real_server: key, text });
    void hurry(key).then((how) => {
      if (how === "failed") this.#quiet.delete(key);
    });
  }
}

/** The real servers of TCP services, by what the kernel's connections say of them. */
export function realServersByEndpoint({ virtualServers }: Config): NamesByEndpoint {
  const found = new Map<string, RealServerKey[]>();
  for (const virtualServer of virtualServers) {
    if (!virtualServer.active || virtualServer.protocol !== "tcp") continue;
    for (const realServer of virtualServer.realServers) {
      const { address, port } = destinationIdentity(virtualServer, realServer);
      const place = endpoint(addressBytes(address), port);
      const key = realServerKey(virtualServer.name, realServer.name);
      found.set(place, [...(found.get(place) ?? []), key]);
    }
  }
  return found;
}
