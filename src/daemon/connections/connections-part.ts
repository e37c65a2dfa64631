/**
 * Connections as a part of the daemon: the kernel's synchronisation, and the rest at a hand-over.
 */
import { followedServices } from "../../connections/opened-connections.ts";
import type { Status } from "../../control/api.ts";
import { peerIsActive, type Router } from "../../failover/router.ts";
import { seconds } from "../../model/time.ts";
import type { Interface } from "../../system/ip/ip.ts";
import type { Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { ConnectionHandOver } from "./connection-handover.ts";
import { ConnectionSync } from "./connection-sync.ts";

/** The daemons' end must not hold up this process's. */
const endMax = seconds(2);

export class ConnectionsPart implements Part {
  readonly sync: ConnectionSync;
  readonly handOver: ConnectionHandOver;

  constructor({ doors, running, missingChanged }: PartContext) {
    const { report, now, syncDaemons } = doors;
    this.sync = new ConnectionSync({ daemons: syncDaemons, report, now, missingChanged });
    this.handOver = new ConnectionHandOver(doors, () => followedServices(running().config));
  }

  configure({ config }: Running): void {
    this.sync.configure(config.connectionSync);
  }

  interfacesRead(interfaces: readonly Interface[]): void {
    this.sync.interfacesRead(interfaces);
  }

  stepped(router: Router): void {
    const agreeing = (router.claimRequest ?? router.grant ?? router.offer) !== null;
    this.sync.stepped(router.state === "active", peerIsActive(router), agreeing);
  }

  missing(): string | null {
    return this.sync.missing();
  }

  status(): Pick<Status, "connection_sync"> {
    return { connection_sync: this.sync.status() };
  }

  stop(): Promise<void> {
    return waitAtMost(this.sync.stop(), endMax);
  }

  leave(): Promise<void> {
    return waitAtMost(this.sync.leave(), endMax);
  }
}
