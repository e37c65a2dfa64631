/**
 * A router that knows its role: the list of its parts, in the order in which they are configured
 * and started; they end in reverse. The three loops (failover, health, table) meet here, through
 * values. What a part may have is in part.ts.
 */
import { peerStatus } from "../failover/peer-status.ts";
import type { Start } from "../failover/protocol.ts";
import type { Health } from "../health/health.ts";
import { quiescedOverUdpMax } from "../health/quiescence.ts";
import { addMs, ms } from "../model/time.ts";
import type { Interface } from "../system/ip/ip.ts";
import { readTotals } from "../system/ipvs/rates.ts";
import type { Running } from "./config/running.ts";
import { ConnectionsPart } from "./connections/connections-part.ts";
import type { Doors } from "./doors.ts";
import { EvidencePart } from "./evidence/evidence-part.ts";
import type { Engine } from "./failover/engine.ts";
import { type Answers, FailoverPart } from "./failover/failover-part.ts";
import { rulesOf } from "./failover/rules.ts";
import { unsettled } from "./failover/unsettled.ts";
import { GraphsPart } from "./graphs/graphs-part.ts";
import { HealthPart } from "./health/health-part.ts";
import type { Nannies } from "./health/nannies.ts";
import { MaintenancePart } from "./maintenance/maintenance-part.ts";
import { SharedDigest } from "./maintenance/shared-digest.ts";
import { NamesPart } from "./names/names-part.ts";
import type { Ending, Part, PartContext } from "./part.ts";
import { ServicePaths } from "./paths/service-paths.ts";
import { rehearse } from "./rehearsal.ts";
import { type Memory, nothingLeft, type PredecessorState } from "./restart/restart-state.ts";
import { Succession } from "./restart/succession.ts";
import { ServicesPart } from "./services/services-part.ts";
import { adoptTable } from "./table/adoption.ts";
import { KernelPart } from "./table/kernel-part.ts";
import type { Reconciler } from "./table/reconciler.ts";
import { TablePart } from "./table/table-part.ts";
import { UnderWay } from "./under-way.ts";
import type { Vips } from "./vips/vips.ts";
import { VipsPart } from "./vips/vips-part.ts";
import { waitAtMost } from "./wait-at-most.ts";

/** How long the end waits for a part that is being configured; a program of it may hang. */
const hookMax = ms(500);

/** Runs work that changes the configuration in force, one at a time. */
export type Alone = <Result>(work: () => Promise<Result>) => Promise<Result>;

const adoption = (health: HealthPart, doors: Doors): Part => ({
  configure: ({ config }, before) =>
    before === null ? adoptTable(config, health, doors) : undefined,
});

const tablePart = (context: PartContext, found: Start["found"], health: HealthPart): TablePart =>
  new TablePart(context, {
    holds: found !== "nothing",
    health: () => health.health(),
    refused: (keys, why) => health.tableRefused(keys, why),
    accepted: (keys) => health.tableAccepted(keys),
  });

const rehearsal = ({ doors, running }: PartContext): Part => ({
  start: () => rehearse(doors, rulesOf(running()), running().config.connectionSync !== null),
});

export class Serving {
  readonly failover: FailoverPart;
  readonly vips: Vips;
  readonly evidence: EvidencePart;
  readonly paths: ServicePaths;
  readonly table: TablePart;
  readonly maintenance: MaintenancePart;
  readonly names: NamesPart;
  readonly graphs: GraphsPart;
  readonly parts: readonly Part[];
  /** The configuration as written for this machine; `#running` has the operators' orders in it. */
  #written: Running;
  #running: Running;
  readonly #succession: Succession;
  readonly #health: HealthPart;
  /** Hooks of a start or of a reload. */
  readonly #underWay = new UnderWay();
  #ending = false;

  /**
   * `found`: whether VIPs of the configuration are in the kernel already; `predecessor`: what a
   * predecessor has left on purpose.
   */
  constructor(
    doors: Doors,
    running: Running,
    found: Start["found"],
    predecessor: PredecessorState,
    answers: Answers & { readonly alone: Alone },
  ) {
    this.#written = running;
    this.#running = running;
    this.#succession = new Succession(doors, predecessor, found);
    const context: PartContext = {
      doors,
      running: () => this.#running,
      faultsChanged: () => this.failover.faultsChanged(),
      missingChanged: () => this.failover.missingChanged(),
    };
    const changed = () => answers.alone(() => this.reconfigure(this.#written));
    const refused = (reason: string, detail: string) =>
      this.failover.heartbeat.refuse(reason, "peer", detail);
    this.maintenance = new MaintenancePart(context, {
      written: () => this.names.under(this.#written),
      table: () => this.reconciler.state(),
      changed,
      refused,
    });
    this.names = new NamesPart(context, {
      changed,
      learned: () => health.replication.healthChanged(),
    });
    this.#running = this.under(running);
    this.paths = new ServicePaths(context, () => table.reconciler.state().table);
    const health = new HealthPart(context, {
      names: this.names,
      refused,
      run: this.paths.run,
      tableChanged: (virtualServer, why) => table.changed(virtualServer, why),
      standingChanged: (key) => this.evidence.standingChanged(key),
    });
    this.evidence = new EvidencePart(context, health.nannies);
    const table = tablePart(context, found, health);
    const vips = this.#vipsPart(context, found);
    const services = new ServicesPart(context);
    const connections = connectionsPart(context, this);
    this.#health = health;
    this.table = table;
    this.vips = vips.vips;
    this.failover = new FailoverPart(context, {
      found,
      answers,
      connections,
      succession: this.#succession,
      vips: vips.vips,
      services: services.services,
      nannies: health.nannies,
      replication: new SharedDigest(this.maintenance, health.replication),
      findings: () => ({ reach: health.reach, unserved: table.unserved }),
      parts: () => this.parts,
    });
    this.graphs = this.#graphsPart(context);
    const kernel = new KernelPart(context);
    this.parts = [
      // The kernel is put in order before anything is programmed, and put back last.
      kernel,
      // What the kernel has of the table counts as up before the nannies begin.
      adoption(health, doors),
      this.names,
      // Devices and addresses are known before the parts below start.
      vips,
      this.paths,
      health,
      this.evidence,
      services,
      // The programs that this starts hold up the loop: heartbeats begin when that is over.
      rehearsal(context),
      // Programmed before this router may become active; emptied when connections are sent.
      table,
      connections,
      this.maintenance,
      this.graphs,
      // Speaks and decides when everything above works; falls silent first.
      this.failover,
      // Once the parts above have given up what a reload took from them.
      { settle: () => kernel.restoreUnneeded() },
    ];
  }

  #vipsPart(context: PartContext, found: Start["found"]): VipsPart {
    return new VipsPart(context, {
      kept: found === "kept",
      interfacesRead: (interfaces) => this.#interfacesRead(interfaces),
      contested: () => this.engine.input({ kind: "contested" }),
      unsettled: () => unsettled(this.engine.router),
    });
  }

  #graphsPart(context: PartContext): GraphsPart {
    return new GraphsPart(context, {
      active: () => this.engine.router.state === "active",
      readTotals: () => readTotals(context.doors.listings),
      counters: () => this.reconciler.state().counters,
      paths: () => peerStatus(this.engine.router, context.doors.now())?.paths ?? [],
    });
  }

  /** A configuration with what names stand for and what operators have ordered. */
  under(written: Running): Running {
    return this.maintenance.under(this.names.under(written));
  }

  get running(): Running {
    return this.#running;
  }

  get nannies(): Nannies {
    return this.#health.nannies;
  }

  get ownPaths(): HealthPart["ownPaths"] {
    return this.#health.ownPaths;
  }

  health(): Health {
    return this.#health.health();
  }

  load(key: string): ReturnType<HealthPart["load"]> {
    return this.#health.load(key);
  }

  get reconciler(): Reconciler {
    return this.table.reconciler;
  }

  get engine(): Engine {
    return this.failover.engine;
  }

  /**
   * Resolves when this router speaks and decides, or when its end came before. Never throws. It and
   * `reconfigure` must not overlap.
   */
  async start(): Promise<void> {
    for (const part of this.parts) part.recall?.(this.#succession.memory);
    await this.#each((part) => part.configure?.(this.#running, null));
    await this.#each((part) => part.start?.());
  }

  /** Takes over a configuration whose role is the same, touching only what changed. */
  async reconfigure(written: Running): Promise<void> {
    const before = this.#running;
    const next = this.under(written);
    this.#written = written;
    this.#running = next;
    await this.#each((part) => part.configure?.(next, before));
    await this.#each((part) => part.reloaded?.());
    await this.#each((part) => part.settle?.());
  }

  /** One part after the other, until the end begins: what has ended is not to work again. */
  async #each(act: (part: Part) => void | Promise<void>): Promise<void> {
    await this.#underWay.during(async () => {
      for (const part of this.parts) if (!this.#ending) await act(part);
    });
  }

  /** Ends everything but the doors; the machine is as if lvsd had never run. Never throws. */
  async stop(): Promise<void> {
    await this.#close("stop");
    for (const part of this.parts.toReversed()) await part.stop?.();
  }

  /** Ends everything but the doors and leaves the rest to the next process. Never throws. */
  async leave(): Promise<void> {
    const memory: Memory = Object.assign(
      { ...nothingLeft.memory },
      ...this.parts.map((part) => part.remember?.()),
    );
    await this.#close("leave");
    await Promise.all(this.parts.toReversed().map((part) => part.leave?.()));
    this.#succession.leave(memory);
  }

  /** All at once, the last part first: the failover machine takes no input when others end. */
  async #close(ending: Ending): Promise<void> {
    this.#ending = true;
    await waitAtMost(this.#underWay.none(), hookMax);
    await Promise.all(this.parts.toReversed().map((part) => part.close?.(ending)));
  }

  #interfacesRead(interfaces: readonly Interface[]): void {
    for (const part of this.parts) part.interfacesRead?.(interfaces);
  }
}

const connectionsPart = (context: PartContext, serving: Serving): ConnectionsPart =>
  new ConnectionsPart(context, {
    flowsLeave: (key) => {
      const { rules, failedSince = null } = serving.nannies.nanny(key) ?? {};
      if (serving.maintenance.flowsLeave(key)) return true;
      if (rules?.quiesce !== true || failedSince === null) return false;
      return context.doors.now() >= addMs(failedSince, quiescedOverUdpMax);
    },
    table: () => serving.reconciler.state().table,
  });
