/** The kernel's IPVS table as a part of the daemon: what configuration and health ask for. */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { addressesOf, type Config } from "../../config/config.ts";
import type { Status } from "../../control/api.ts";
import { heardMessage, type Router } from "../../failover/router.ts";
import type { Health, RealServerKey } from "../../health/health.ts";
import type { IpAddress } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import type { Fault, Role } from "../../model/router.ts";
import { seconds } from "../../model/time.ts";
import type { Interface } from "../../system/ip/ip.ts";
import { describeChange, type Names, namesIn, realServersOf } from "../../table/describe.ts";
import { type Idle, notIdle, ownRealServers } from "../../table/desired.ts";
import {
  judgeUnserved,
  servesAll,
  type UnservedState,
  unservedServices,
} from "../../table/unserved.ts";
import type { Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { DesiredServices } from "./desired-services.ts";
import { openOwnedServices } from "./owned-services.ts";
import { Reconciler } from "./reconciler.ts";

export interface TablePartNeeds {
  /** Whether VIPs were found here at the start. */
  readonly holds: boolean;
  readonly health: () => Health;
  /** The kernel refused what would have put these real servers into the table, or took it since. */
  readonly refused: (keys: readonly RealServerKey[], why: string) => void;
  readonly accepted: (keys: readonly RealServerKey[]) => void;
}

const ownAddresses = (config: Config, role: Role): readonly IpAddress[] => {
  const own = addressesOf(config, role);
  return own === null ? [] : [own.public, ...(own.private === null ? [] : [own.private])];
};

/** The first pass over the table: programs that hang must not keep this router silent for ever. */
const firstPassMax = seconds(2);
/** Emptying the table is the last act and must not hold up the end. */
const emptyingMax = seconds(2);

export class TablePart implements Part {
  readonly reconciler: Reconciler;
  readonly #context: PartContext;
  #started = false;
  readonly #desired: DesiredServices;
  #holds: boolean;
  /** Addresses of this machine as they were read last. */
  #addresses: readonly IpAddress[] = [];
  /** Those at which it is a real server itself. */
  #own: Idle = notIdle;
  #unserved: UnservedState = servesAll;
  #fault: Fault | null = null;
  #named: { readonly config: Config; readonly names: Names } | null = null;

  constructor(context: PartContext, needs: TablePartNeeds) {
    this.#context = context;
    this.#holds = needs.holds;
    const { doors, faultsChanged } = context;
    const { now, report, ipvsadm } = doors;
    this.#desired = new DesiredServices(needs.health);
    this.reconciler = new Reconciler({
      ipvsadm,
      report,
      now,
      faultsChanged,
      desired: () => this.#desired.table(),
      owned: openOwnedServices(join(doors.stateDir, "owned-services.json"), (text) =>
        report({ event: "machine", kind: "failed", text }),
      ),
      describe: (change) => describeChange(change, this.#names),
      refused: (change, why) => needs.refused(realServersOf(change, this.#names), why),
      accepted: (change) => needs.accepted(realServersOf(change, this.#names)),
    });
  }

  configure({ config, role }: Running): void {
    this.#own = this.#ownOf(config, role);
    this.#desired.configure(config, this.idle);
  }

  /** A router may be a real server at an address that the configuration's `routers` do not name. */
  interfacesRead(interfaces: readonly Interface[]): void {
    this.#addresses = interfaces.flatMap(({ addresses }) =>
      addresses.map(({ prefix }) => prefix.address),
    );
    const { config, role } = this.#context.running();
    const own = this.#ownOf(config, role);
    if (isDeepStrictEqual(own, this.#own)) return;
    this.#own = own;
    if (this.#holds) return;
    this.#desired.configure(config, this.idle);
    if (this.#started) void this.reconciler.request("this router's own addresses have changed");
  }

  #ownOf(config: Config, role: Role): Idle {
    return ownRealServers(config, [...ownAddresses(config, role), ...this.#addresses]);
  }

  stepped(router: Router): void {
    this.#compare(router);
    this.#balance(router);
  }

  /** How many services the kernel does not take. */
  get unserved(): number {
    const { table, refusals } = this.reconciler.state();
    if (table === null || refusals.length === 0) return 0;
    const refused = refusals.map(({ change }) => change);
    return unservedServices(this.#desired.table(), table, refused);
  }

  /** A peer with the same configuration whose kernel takes more. */
  #compare(router: Router): void {
    const peer = router.configMatch === true ? (heardMessage(router)?.unserved ?? null) : null;
    const now = router.steppedAt ?? this.#context.doors.now();
    this.#unserved = judgeUnserved(this.#unserved, this.unserved, peer, now);
    const { count } = this.#unserved;
    if (count === (this.#fault?.count ?? 0)) return;
    const services = count === 1 ? "1 service" : `${count} services`;
    const why = this.reconciler.state().lastError ?? "";
    const text = `this kernel refuses ${services} more than the peer's: ${why}`;
    this.#fault = count === 0 ? null : { kind: "virtual-server", subject: "", text, count };
    this.#context.faultsChanged();
  }

  /** A router that is a real server itself balances only while it holds the VIPs. */
  #balance({ state, vipHold }: Router): void {
    const holds = state === "active" || vipHold !== "none";
    if (holds === this.#holds) return;
    this.#holds = holds;
    if (this.#own.size === 0) return;
    this.#desired.configure(this.#context.running().config, this.idle);
    void this.reconciler.request(holds ? "this router holds the VIPs" : "the VIPs are let go");
  }

  /** See desired.ts. */
  get idle(): Idle {
    return this.#holds ? notIdle : this.#own;
  }

  /**
   * The health of a real server of this virtual server has changed. Before `start` nothing is made
   * of it: until every part has its configuration, what was found in the kernel has to stay.
   */
  changed(virtualServer: string, why: string): void {
    this.#desired.changed(virtualServer);
    if (this.#started) void this.reconciler.request(why);
  }

  /** Resolves when the table is programmed for the first time, or was tried for long enough. */
  start(): Promise<void> {
    this.#started = true;
    return waitAtMost(this.reconciler.request("start"), firstPassMax);
  }

  reloaded(): Promise<void> {
    return this.reconciler.request("reload", { again: true });
  }

  faults(): readonly Fault[] {
    const faults = this.reconciler.faults();
    return this.#fault === null ? faults : [...faults, this.#fault];
  }

  status(): Pick<Status, "ipvs"> {
    const { inSync, foreign, lastError, drifts } = this.reconciler.state();
    const ipvs = {
      in_sync: inSync,
      foreign_services: foreign.length,
      last_error: lastError,
      drifts,
    };
    return { ipvs };
  }

  /** Deletes the owned services. */
  async stop(): Promise<void> {
    try {
      await waitAtMost(this.reconciler.empty(), emptyingMax);
    } catch (thrown) {
      this.#context.doors.report({ event: "ipvs", kind: "failed", text: messageOf(thrown) });
    }
  }

  leave(): Promise<void> {
    return waitAtMost(this.reconciler.stop(), emptyingMax);
  }

  /** What the configuration in force calls what stands in the table. */
  get #names(): Names {
    const { config } = this.#context.running();
    if (this.#named?.config !== config) this.#named = { config, names: namesIn(config) };
    return this.#named.names;
  }
}
