/** The doors that the daemon is built with: all that it may ask of the machine. */
import type { RunCheck } from "../checks/check.ts";
import type { RunCommand } from "../checks/program/unprivileged.ts";
import type { EventBody } from "../model/event.ts";
import type { Instant } from "../model/time.ts";
import type { Sysctl } from "../system/file/sysctl.ts";
import type { Ip } from "../system/ip/ip.ts";
import type { ReadConnections } from "../system/ipvs/connection-reader.ts";
import type { Ipvsadm } from "../system/ipvs/ipvsadm.ts";
import type { Listings } from "../system/ipvs/listings.ts";
import type { OwnKernel } from "../system/ipvs/own-kernel.ts";
import type { SyncDaemons } from "../system/ipvs/sync-daemon.ts";
import type { SyncSender } from "../system/ipvs/sync-sender.ts";
import type { Resolve } from "../system/names/resolver.ts";
import type { Announcer, OpenStrangerWatch } from "../system/net/announce.ts";
import type { OpenHeartbeatPath } from "../system/net/datagram.ts";
import type { GatewayProbe } from "../system/net/gateway-probe.ts";
import type { SynCapture } from "../system/net/syn-capture.ts";
import type { PacketFilter } from "../system/packet-filter/nft.ts";
import type { Alarm } from "../system/process/clock.ts";

export interface Doors {
  readonly now: () => Instant;
  /** ISO 8601, UTC. */
  readonly wallClock: () => string;
  readonly openAlarm: (wake: () => void) => Alarm;
  readonly ip: Ip;
  readonly ipvsadm: Ipvsadm;
  readonly listings: Listings;
  readonly sysctl: Sysctl;
  readonly packetFilter: PacketFilter;
  readonly syncDaemons: SyncDaemons;
  readonly readConnections: ReadConnections;
  readonly syncSender: SyncSender;
  readonly ownKernel: OwnKernel;
  readonly synCapture: SynCapture;
  readonly announcer: Announcer;
  readonly openStrangerWatch: OpenStrangerWatch;
  readonly openGatewayProbe: () => GatewayProbe;
  readonly openHeartbeatPath: OpenHeartbeatPath;
  /** What a host name stands for. */
  readonly resolve: Resolve;
  readonly runCheck: RunCheck;
  readonly runCommand: RunCommand;
  /** Whether another user than the daemon's runs operators' programs. */
  readonly runner: boolean;
  /** Files of this run: what may have to be cleaned up after it. */
  readonly runDir: string;
  /** Files that outlive runs. */
  readonly stateDir: string;
  readonly report: (event: EventBody) => void;
}
