/**
 * Connections as a part of the daemon: the kernel's synchronisation, the rest at a hand-over, and
 * flows that leave failed real servers.
 */
import { followedServices } from "../../connections/opened-connections.ts";
import { leavingServers } from "../../connections/quiesced-flows.ts";
import { serviceMarks } from "../../connections/service-marks.ts";
import type { Status } from "../../control/api.ts";
import { peerIsActive, type Router } from "../../failover/router.ts";
import type { RealServerKey } from "../../health/health.ts";
import { seconds } from "../../model/time.ts";
import type { Interface } from "../../system/ip/ip.ts";
import type { OwnKernel } from "../../system/ipvs/own-kernel.ts";
import type { Table } from "../../table/table.ts";
import type { Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { ConnectionHandOver } from "./connection-handover.ts";
import { ConnectionSync } from "./connection-sync.ts";
import { FlowMover } from "./flow-mover.ts";

/** The daemons' end must not hold up this process's. */
const endMax = seconds(2);

export interface ConnectionsNeeds {
  /** Whether a real server is at weight 0 for so long that its flows of UDP are to leave it. */
  readonly flowsLeave: (key: RealServerKey) => boolean;
  /** The kernel's table as it was read last; null: it was not yet. */
  readonly table: () => Table | null;
}

export class ConnectionsPart implements Part {
  readonly sync: ConnectionSync;
  readonly handOver: ConnectionHandOver;
  readonly #flows: FlowMover;
  readonly #ownKernel: OwnKernel;
  #active = false;

  constructor({ doors, running, missingChanged }: PartContext, needs: ConnectionsNeeds) {
    const { report, now, syncDaemons, readConnections, ownKernel } = doors;
    this.#ownKernel = ownKernel;
    this.#flows = new FlowMover({
      report,
      now,
      readConnections,
      sendToOwnKernel: (flows) => this.sync.undisturbed(() => ownKernel.send(flows)),
      leaving: () =>
        this.#active
          ? leavingServers(running().config, needs.table() ?? new Map(), needs.flowsLeave)
          : [],
    });
    this.sync = new ConnectionSync({ daemons: syncDaemons, report, now, missingChanged });
    this.handOver = new ConnectionHandOver(doors, {
      followed: () => followedServices(running().config),
      marks: () => serviceMarks(running().config),
    });
  }

  configure({ config }: Running): void {
    this.sync.configure(config.connectionSync);
  }

  start(): void {
    // Where it fails, the next move does, which reports it.
    void this.sync.undisturbed(this.#ownKernel.endLeft).catch(() => {});
    this.#flows.start();
  }

  interfacesRead(interfaces: readonly Interface[]): void {
    this.sync.interfacesRead(interfaces);
  }

  stepped(router: Router): void {
    this.#active = router.state === "active";
    const agreeing = (router.claimRequest ?? router.grant ?? router.offer) !== null;
    this.sync.stepped(router.state === "active", peerIsActive(router), agreeing);
  }

  missing(): string | null {
    return this.sync.missing();
  }

  status(): Pick<Status, "connection_sync"> {
    return { connection_sync: this.sync.status() };
  }

  close(): void {
    this.#flows.stop();
  }

  stop(): Promise<void> {
    return waitAtMost(this.sync.stop(), endMax);
  }

  leave(): Promise<void> {
    return waitAtMost(this.sync.leave(), endMax);
  }
}
