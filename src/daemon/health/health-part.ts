/**
 * Health as a part of the daemon: the nannies, what the two routers send each other of it, and what
 * follows from a change. Which table it asks for is the table's business.
 */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { RunCheck } from "../../checks/check.ts";
import type { Config } from "../../config/config.ts";
import type { LoadStatus } from "../../control/bodies/load.ts";
import { heardMessage, holding, type Router } from "../../failover/router.ts";
import { failbackDue } from "../../failover/steps/failback.ts";
import type { Fact } from "../../health/facts.ts";
import type { Health, RealServerKey } from "../../health/health.ts";
import { noLoad } from "../../health/load/load.ts";
import type { Nanny } from "../../health/nanny.ts";
import { realServerEvent } from "../../health/nanny-report.ts";
import {
  judgeReach,
  type ReachState,
  reachable,
  triesReach,
  untriedReach,
} from "../../health/reach.ts";
import type { KnownWeight } from "../../health/weight-fact.ts";
import type { Message } from "../../heartbeat/message.ts";
import type { Fault, Reach } from "../../model/router.ts";
import { type Instant, ms } from "../../model/time.ts";
import { RwhoReports } from "../../system/load/rwho-reports.ts";
import { SorryPages } from "../../system/net/sorry-pages.ts";
import type { Table } from "../../table/table.ts";
import type { Running } from "../config/running.ts";
import { Agreements } from "../evidence/agreements.ts";
import { LoadMonitors } from "../load/load-monitors.ts";
import type { Part, PartContext } from "../part.ts";
import { OwnPaths } from "../paths/own-paths.ts";
import {
  type Memory,
  rememberedOf,
  standingsFor,
  weightsFor,
  weightsOf,
} from "../restart/restart-state.ts";
import { Nannies } from "./nannies.ts";
import { Replication } from "./replication.ts";
import { VirtualServerStates } from "./virtual-server-states.ts";

export interface HealthPartNeeds {
  readonly run: RunCheck;
  /** This virtual server is to have another table now, and why. */
  readonly tableChanged: (virtualServer: string, why: string) => void;
  /** A real server stands otherwise now, or whether it is checked here is another matter. */
  readonly standingChanged: (key: RealServerKey | null) => void;
  /** What else the peer is to know, and who hears what it says of that. */
  readonly names: { facts(): readonly Fact[]; heard(fact: Fact): void };
  /** The peer's digest cannot be read. */
  readonly refused: (reason: string, detail: string) => void;
}

/** A router that takes over begins to check by itself when the VIPs are announced. */
const takeoverFirst = ms(200);

export class HealthPart implements Part {
  readonly nannies: Nannies;
  readonly replication: Replication;
  readonly ownPaths: OwnPaths;
  readonly #agreements: Agreements;
  readonly #context: PartContext;
  readonly #needs: HealthPartNeeds;
  readonly #states: VirtualServerStates;
  readonly #pages: SorryPages;
  #reach: ReachState = reachable;
  #cutOff: Fault | null = null;
  #untried: string | null = null;
  readonly #loads: LoadMonitors;
  #memory: Memory | null = null;
  #checkLater: NodeJS.Timeout | undefined;

  constructor(context: PartContext, needs: HealthPartNeeds) {
    this.#context = context;
    this.#needs = needs;
    const { now, openAlarm, report, runCommand } = context.doors;
    this.#pages = new SorryPages({
      changed: () => this.#states.lookAtAll(),
      trouble: (text) => report({ event: "machine", kind: "failed", text }),
    });
    this.#states = new VirtualServerStates({
      realServer: (key) => this.nannies.health().get(key),
      localPort: ({ sorryServer, sorryPage }) =>
        sorryServer === "local" ? this.#pages.portOf(sorryPage) : null,
      report,
      changed: (name, why) => {
        this.replication.healthChanged();
        needs.tableChanged(name, why);
      },
    });
    this.#agreements = new Agreements(report);
    this.nannies = new Nannies({
      now,
      run: needs.run,
      judge: (key, check, tried) => this.#agreements.judge(key, check, tried),
      changed: (before, after) => this.#changed(before, after),
      report,
      troubled: context.faultsChanged,
    });
    this.#loads = new LoadMonitors({
      runCommand,
      report,
      rwho: new RwhoReports(),
      known: (key) => this.nannies.nanny(key)?.load ?? noLoad,
      loaded: (key, load) => this.nannies.weigh(key, { kind: "loaded", load }),
    });
    this.ownPaths = new OwnPaths({
      now,
      openAlarm,
      report,
      run: needs.run,
      nannies: () => this.nannies.all(),
      nanny: (key) => this.nannies.nanny(key),
    });
    this.replication = new Replication({
      nannies: () => this.nannies.all(),
      quorums: () => this.#states.quorums(),
      tellQuorum: (name, quorate) => this.#states.recall(name, quorate),
      learn: (key, standing, half) => this.nannies.learn(key, standing, half),
      facts: () => needs.names.facts(),
      hear: (fact) => needs.names.heard(fact),
      tellWeight: (key, known) => this.#know(key, known),
      checkOurselves: (on) => this.#checkOurselves(on),
      refused: needs.refused,
      report,
      now,
      generation: randomBytes(4).readUInt32BE(),
    });
  }

  recall(memory: Memory): void {
    this.#memory = memory;
  }

  /** Counts what stands in a table that was found as up until it is checked. */
  adopt(config: Config, table: Table): ReturnType<Nannies["adopt"]> {
    this.#states.adopt(config, table);
    return this.nannies.adopt(config, table);
  }

  /** How every real server and virtual server stands. */
  health(): Health {
    const { get } = this.nannies.health();
    return { get, whole: (name) => this.#states.get(name) };
  }

  configure({ config }: Running): void {
    const local = config.virtualServers.filter(
      ({ active, sorryServer }) => active && sorryServer === "local",
    );
    this.#pages.serve(new Set(local.map(({ sorryPage }) => sorryPage)));
    this.#states.configure(config);
    for (const [name, quorate] of this.#memory?.quorums ?? []) this.#states.recall(name, quorate);
    this.nannies.configure(config);
    this.ownPaths.configure();
    this.#agreements.configure(config);
    this.#states.lookAtAll();
    this.replication.configurationChanged();
    if (this.#memory !== null) this.#resume(this.#memory);
    this.#memory = null;
    this.#loads.configure(config);
  }

  /** The nannies know at once what was known; their checks go on from there. */
  #resume(memory: Memory): void {
    for (const [key, { standing, heldUntil }] of standingsFor(this.nannies.all(), memory))
      this.nannies.remember(key, standing, heldUntil ?? null);
    for (const [key, known] of weightsFor(this.nannies.all(), memory)) this.#know(key, known);
  }

  #know(key: RealServerKey, { checkedWeight, load }: KnownWeight): void {
    this.nannies.weigh(key, { kind: "weighed", checkedWeight });
    this.nannies.weigh(key, { kind: "loaded", load });
  }

  stepped(router: Router): void {
    const message = heardMessage(router);
    const peerActive = message?.state === "active";
    const now = router.steppedAt ?? this.#context.doors.now();
    const relies = router.state !== "active" && peerActive;
    this.replication.settle(relies, now);
    this.#judgeReach(router, message, now);
    const activePeer = peerActive ? message.reach : "unknown";
    const failback = relies ? failbackDue(router) : null;
    this.#untried =
      relies && this.nannies.goOut
        ? untriedReach({ own: this.reach, activePeer, failback }, now)
        : null;
    // The peer cannot check, or this machine could not: it finds out whether it can.
    const asked = message?.faults.some(({ kind }) => kind === "checks") ?? false;
    const tries =
      asked || this.nannies.trouble !== null || triesReach(this.#reach, activePeer, failback, now);
    this.nannies.examine(!this.replication.ourselves && tries);
  }

  /** Which real servers this router's own checks reach. */
  get reach(): Reach {
    return this.nannies.contacts.reach;
  }

  faults(): readonly Fault[] {
    return [this.#cutOff, this.nannies.trouble].filter((fault) => fault !== null);
  }

  /** Called often: failover looks again after every step. */
  missing(): string | null {
    return this.#untried;
  }

  /** What the load monitor of a real server says; null: it has none. */
  load(key: RealServerKey): LoadStatus | null {
    return this.#loads.status(key);
  }

  remember(): Pick<Memory, "realServers" | "weights" | "quorums"> {
    const nannies = this.nannies.all();
    return {
      realServers: rememberedOf(nannies),
      weights: weightsOf(nannies),
      quorums: [...this.#states.quorums()],
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#checkLater);
    this.ownPaths.close();
    this.#loads.close();
    await Promise.all([this.nannies.stop(), this.#pages.close()]);
  }

  tableRefused(keys: readonly RealServerKey[], why: string): void {
    for (const key of keys) this.nannies.tableRefused(key, why);
  }

  tableAccepted(keys: readonly RealServerKey[]): void {
    for (const key of keys) this.nannies.tableAccepted(key);
  }

  #judgeReach(router: Router, message: Message | null, now: Instant): void {
    const { contacts } = this.nannies;
    const seen = {
      own: contacts.reach,
      goOut: this.nannies.goOut,
      peer: message?.reach ?? "unknown",
      holds: holding(router),
      failedSince: (since: Instant) => contacts.missedSince(since),
    };
    this.#reach = judgeReach(this.#reach, seen, now);
    if (this.#reach.cutOff === (this.#cutOff !== null)) return;
    const text = `this router reaches none of the real servers, and the peer reaches some: ${contacts.why}`;
    this.#cutOff = this.#reach.cutOff ? { kind: "reach", subject: "", text } : null;
    this.#context.faultsChanged();
  }

  /** What the peer said is fresh enough not to hold up a takeover with a round of checks. */
  #checkOurselves(on: boolean): void {
    clearTimeout(this.#checkLater);
    this.ownPaths.believe(!on);
    if (!on) this.#agreements.clear();
    const settle = (): void => {
      this.nannies.setActiveChecking(on);
      this.#loads.setAsking(on);
      this.#needs.standingChanged(null);
    };
    if (on) this.#checkLater = setTimeout(settle, takeoverFirst);
    else settle();
  }

  #changed(before: Nanny | null, after: Nanny): void {
    this.replication.healthChanged();
    const event = realServerEvent(before, after);
    if (event !== null) this.#context.doors.report(event);
    this.#states.realServerChanged(after.rules.virtualServer, after.rules.key);
    this.#needs.standingChanged(after.rules.key);
    if (isDeepStrictEqual(before?.health, after.health)) return;
    const { key, virtualServer: changed } = after.rules;
    this.#needs.tableChanged(changed, `${key} is ${after.health.state}`);
  }
}
