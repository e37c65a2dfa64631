/**
 * What the graphs of the last hours are drawn from: lines for the router, for each virtual server
 * and for each heartbeat path. Pure: samples in, lines out.
 *
 * Invariant: memory is bounded by the number of virtual servers that are kept, whatever comes.
 */
import type { GraphLine, GraphName, GraphsReport } from "../../control/reports/graphs.ts";
import type { Rates } from "../../kernel/ipvs-rates.ts";
import { Line, type TierName, tiers } from "./tiers.ts";

export interface SampledServer {
  readonly name: string;
  /** The names of its services in the kernel's table. */
  readonly services: readonly string[];
  readonly active: number;
  readonly inactive: number;
}

export interface Sample {
  /** Null: this router is not active, or its kernel cannot be asked. */
  readonly totals: ReadonlyMap<string, Rates> | null;
  readonly servers: readonly SampledServer[];
  readonly paths: readonly { readonly name: string; readonly rtt: number | null }[];
}

/** About 13 kB each; the first ones of the configuration. */
export const keptServersMax = 1000;

type Values = Readonly<Partial<Record<GraphName, number | null>>>;
type Track = Map<GraphName, Line>;

export class GraphStore {
  readonly #router: Track = new Map();
  #servers = new Map<string, Track>();
  readonly #paths = new Map<string, Line>();
  /** The totals of the sample before; null: a rate is not known yet. */
  #before: ReadonlyMap<string, Rates> | null = null;
  #samples = 0;

  /** Takes what was seen at the end of a step of `tiers.hours`. */
  take(sample: Sample): void {
    const ends = (this.#samples + 1) % tiers.day.of === 0;
    const kept = sample.servers.slice(0, keptServersMax);
    const servers = new Map<string, Track>();
    for (const server of kept) {
      const track = this.#servers.get(server.name) ?? new Map();
      servers.set(server.name, track);
      push(track, this.#valuesOf(sample, [server]), ends);
    }
    this.#servers = servers;
    push(this.#router, this.#valuesOf(sample, sample.servers), ends);
    const names = new Set(sample.paths.map(({ name }) => name));
    for (const name of this.#paths.keys()) if (!names.has(name)) this.#paths.delete(name);
    for (const { name, rtt } of sample.paths) {
      const line = this.#paths.get(name) ?? new Line();
      this.#paths.set(name, line);
      line.push(rtt, ends);
    }
    this.#before = sample.totals;
    this.#samples += 1;
  }

  /**
   * As many steps as nothing was seen: the machine slept, or the loop was held up. After more of
   * them than the finer tier has, it begins anew: to write down each would hold up the loop too.
   */
  skip(steps: number): void {
    this.#before = null;
    const tracks = [this.#router, this.#paths, ...this.#servers.values()];
    if (steps >= tiers.hours.length) {
      for (const track of tracks) track.clear();
      this.#servers.clear();
      this.#samples = 0;
      return;
    }
    for (let step = 0; step < steps; step += 1) {
      const ends = (this.#samples + 1) % tiers.day.of === 0;
      for (const track of tracks) for (const line of track.values()) line.push(null, ends);
      this.#samples += 1;
    }
  }

  /** Null: nothing is kept of a virtual server of that name. `endMs`: when the last step ended. */
  report(virtualServer: string | null, tier: TierName, endMs: number): GraphsReport | null {
    const track = virtualServer === null ? this.#router : this.#servers.get(virtualServer);
    if (track === undefined) return null;
    const { step, length, of } = tiers[tier];
    const count = Math.min(length, Math.floor(this.#samples / of));
    // The coarse tier ends with its last whole step.
    const late = tier === "day" ? (this.#samples % of) * tiers.hours.step : 0;
    const paths = virtualServer === null ? this.#paths : new Map<string, Line>();
    return {
      ok: true,
      virtual_server: virtualServer,
      ended: new Date(endMs - late * 1000).toISOString(),
      step_s: step,
      lines: [...track].map(
        ([name, line]): GraphLine => ({ name, values: line.last(tier, count) }),
      ),
      paths: [...paths].map(([name, line]) => ({ name, rtt_ms: line.last(tier, count) })),
    };
  }

  #valuesOf({ totals }: Sample, servers: readonly SampledServer[]): Values {
    const rate = (of: keyof Rates): number | null => {
      const now = totals;
      const before = this.#before;
      if (now === null || before === null) return null;
      const counted = servers.flatMap(({ services }) =>
        services.map((service) => grown(now.get(service)?.[of], before.get(service)?.[of])),
      );
      return counted.reduce((sum, each) => sum + each, 0) / tiers.hours.step;
    };
    const sum = (of: "active" | "inactive"): number =>
      servers.reduce((total, server) => total + server[of], 0);
    return {
      connections: rate("connections"),
      bytes_in: rate("bytes_in"),
      bytes_out: rate("bytes_out"),
      active: totals === null ? null : sum("active"),
      inactive: totals === null ? null : sum("inactive"),
    };
  }
}

/** A service that was made anew counts from 0. */
const grown = (now = 0, before = 0): number => (now < before ? now : now - before);

function push(track: Track, values: Values, ends: boolean): void {
  for (const [name, value] of Object.entries(values) as [GraphName, number | null][]) {
    const line = track.get(name) ?? new Line();
    track.set(name, line);
    line.push(value, ends);
  }
}
