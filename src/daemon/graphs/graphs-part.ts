/**
 * Keeps what the graphs of the last hours are drawn from: one look at the counters each half minute
 * by a program, whose listing of services alone is read, so that the loop has little work with it.
 */
import type { Refusal } from "../../control/api.ts";
import type { GraphsReport } from "../../control/reports/graphs.ts";
import type { Rates } from "../../kernel/ipvs-rates.ts";
import { MachineError } from "../../model/error.ts";
import { printService } from "../../model/service.ts";
import { between, type Instant } from "../../model/time.ts";
import { serviceIdentities } from "../../table/desired.ts";
import type { Counters } from "../../table/table.ts";
import type { Part, PartContext } from "../part.ts";
import { refusedNow } from "../refused.ts";
import { GraphStore, keptServersMax, type Sample } from "./graph-store.ts";
import { tiers } from "./tiers.ts";

export interface GraphsParts {
  /** Whether this router is active; the other one's table balances nothing. */
  readonly active: () => boolean;
  readonly readTotals: () => Promise<ReadonlyMap<string, Rates>>;
  /** Connections by service and destination, as last looked at. */
  readonly counters: () => Counters;
  readonly paths: () => Sample["paths"];
}

const stepMs = tiers.hours.step * 1000;

export class GraphsPart implements Part {
  readonly #context: PartContext;
  readonly #parts: GraphsParts;
  readonly #store = new GraphStore();
  #timer: NodeJS.Timeout | undefined;
  /** When the last step ended. */
  #endedAt: Instant | null = null;

  constructor(context: PartContext, parts: GraphsParts) {
    this.#context = context;
    this.#parts = parts;
  }

  start(): void {
    this.#endedAt = this.#context.doors.now();
    this.#timer = setInterval(() => void this.look(), stepMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Takes one sample. Never throws. */
  async look(): Promise<void> {
    const now = this.#context.doors.now();
    const steps = Math.round(between(this.#endedAt ?? now, now) / stepMs);
    if (steps > 1) this.#store.skip(steps - 1);
    this.#endedAt = now;
    this.#store.take({ ...(await this.#sample()), paths: this.#parts.paths() });
  }

  report(given: {
    readonly virtualServer: string | null;
    readonly day: boolean;
  }): GraphsReport | Refusal {
    const { doors } = this.#context;
    const now = doors.now();
    const endMs = Date.parse(doors.wallClock()) - between(this.#endedAt ?? now, now);
    const tier = given.day ? "day" : "hours";
    const report = this.#store.report(given.virtualServer, tier, endMs);
    if (report !== null) return report;
    return refusedNow(
      `there is no graph of a virtual server ${given.virtualServer}`,
      `a new one has its first after ${tiers.hours.step} s; ${keptServersMax} are kept`,
    );
  }

  async #sample(): Promise<Pick<Sample, "totals" | "servers">> {
    const totals = this.#parts.active() ? await this.#totals() : null;
    const counters = this.#parts.counters();
    const servers = [...this.#context.running().config.virtualServers]
      .sort((a, b) => a.position - b.position)
      .map((server) => {
        const services = serviceIdentities(server).map(printService);
        const counted = services.flatMap((name) => [...(counters.get(name)?.values() ?? [])]);
        return {
          name: server.name,
          services,
          active: counted.reduce((sum, one) => sum + one.activeConnections, 0),
          inactive: counted.reduce((sum, one) => sum + one.inactiveConnections, 0),
        };
      });
    return { totals, servers };
  }

  async #totals(): Promise<ReadonlyMap<string, Rates> | null> {
    try {
      return await this.#parts.readTotals();
    } catch (thrown) {
      // A table that cannot be read is a fault of its own, which the reconciler reports.
      if (thrown instanceof MachineError) return null;
      throw thrown;
    }
  }
}
