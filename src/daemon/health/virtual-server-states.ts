/**
 * How each virtual server stands: looked at whenever one of its real servers has changed, and kept,
 * since a quorum between its two bounds stays as it was.
 */
import type { Config, VirtualServer } from "../../config/config.ts";
import { countedServers, remembers } from "../../config/lifecycle/quorum.ts";
import {
  type RealServerHealth,
  type RealServerKey,
  realServerKey,
  type VirtualServerHealth,
} from "../../health/health.ts";
import {
  emptyTally,
  healthByTally,
  plus,
  type Tally,
  tallied,
  virtualServerEvent,
} from "../../health/virtual-server.ts";
import type { EventBody } from "../../model/event.ts";
import { quorumFound } from "../../table/desired.ts";
import type { Table } from "../../table/table.ts";

export interface VirtualServerStatesParts {
  readonly realServer: (key: RealServerKey) => RealServerHealth | undefined;
  /** Where the router's own page for this virtual server is served; null: nowhere. */
  readonly localPort: (virtualServer: VirtualServer) => number | null;
  readonly report: (event: EventBody) => void;
  /** It stands differently, so that its table is another one. */
  readonly changed: (virtualServer: string, why: string) => void;
}

/** Kept from change to change: a thousand real servers that change are not each counted anew. */
interface Count {
  tally: Tally;
  /** What each real server that counts has added. */
  readonly parts: Map<RealServerKey, Tally>;
}

export class VirtualServerStates {
  readonly #parts: VirtualServerStatesParts;
  #servers: ReadonlyMap<string, VirtualServer> = new Map();
  readonly #known = new Map<string, VirtualServerHealth>();
  readonly #counts = new Map<string, Count>();
  /** Whether quorums were there, from elsewhere: used until something is known here. */
  readonly #recalled = new Map<string, boolean>();

  constructor(parts: VirtualServerStatesParts) {
    this.#parts = parts;
  }

  /** Takes over a configuration; nothing is looked at yet. */
  configure({ virtualServers }: Config): void {
    this.#servers = new Map(virtualServers.map((each) => [each.name, each]));
    for (const name of this.#known.keys()) if (!this.#servers.has(name)) this.#known.delete(name);
    this.#counts.clear();
  }

  /** The quorum was there, or not, before this process or according to the peer. */
  recall(virtualServer: string, quorate: boolean): void {
    this.#recalled.set(virtualServer, quorate);
    const known = this.#known.get(virtualServer);
    if (known === undefined || known.quorate === null || known.quorate === quorate) return;
    this.#known.set(virtualServer, { ...known, quorate });
    this.look(virtualServer);
  }

  /** What a table that was found says of quorums. */
  adopt({ virtualServers }: Config, table: Table): void {
    for (const virtualServer of virtualServers) {
      const quorate = quorumFound(virtualServer, table);
      if (quorate !== null) this.#recalled.set(virtualServer.name, quorate);
    }
  }

  /** Counts all real servers anew. */
  lookAtAll(): void {
    this.#counts.clear();
    for (const name of this.#servers.keys()) this.look(name);
  }

  /** A real server stands differently now: looks at its virtual server. */
  realServerChanged(name: string, key: RealServerKey): void {
    const count = this.#counts.get(name);
    const before = count?.parts.get(key);
    if (count !== undefined && before !== undefined) {
      const after = tallied(before.weight, this.#parts.realServer(key));
      count.parts.set(key, after);
      count.tally = plus(plus(count.tally, before, -1), after);
    }
    this.look(name);
  }

  /** Looks at a virtual server of which something has changed. */
  look(name: string): void {
    const virtualServer = this.#servers.get(name);
    if (virtualServer === undefined) return;
    const before = this.#known.get(name) ?? null;
    const now = healthByTally(virtualServer, this.#countOf(virtualServer).tally, {
      quorate: before === null ? (this.#recalled.get(name) ?? null) : before.quorate,
      localPort: this.#parts.localPort(virtualServer),
    });
    this.#known.set(name, now);
    const event = virtualServerEvent(virtualServer, before?.state ?? null, now);
    if (event !== null) this.#parts.report(event);
    const same = before?.state === now.state && before.localPort === now.localPort;
    if (before !== null && !same) this.#parts.changed(name, `${name} is ${now.state}`);
  }

  #countOf(virtualServer: VirtualServer): Count {
    const { name, realServers } = virtualServer;
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const parts = new Map<RealServerKey, Tally>();
    let tally = emptyTally;
    for (const realServer of countedServers(realServers)) {
      const key = realServerKey(name, realServer.name);
      const part = tallied(realServer.weight, this.#parts.realServer(key));
      parts.set(key, part);
      tally = plus(tally, part);
    }
    const count = { tally, parts };
    this.#counts.set(name, count);
    return count;
  }

  get(name: string): VirtualServerHealth | undefined {
    return this.#known.get(name);
  }

  /** Whether the quorums that have a memory are there. */
  quorums(): ReadonlyMap<string, boolean> {
    const quorums = new Map<string, boolean>();
    for (const [name, { quorum, realServers }] of this.#servers) {
      const quorate = this.#known.get(name)?.quorate ?? null;
      if (quorate !== null && remembers(quorum, realServers)) quorums.set(name, quorate);
    }
    return quorums;
  }
}
