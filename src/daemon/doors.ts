/** The doors that the daemon is built with: all that it may ask of the machine. */
import type { RunCheck } from "../checks/check.ts";
import type { RunCommand } from "../checks/unprivileged.ts";
import type { EventBody } from "../model/event.ts";
import type { Instant } from "../model/time.ts";
import type { Announcer, OpenStrangerWatch } from "../system/announce.ts";
import type { Alarm } from "../system/clock.ts";
import type { ReadConnections } from "../system/connection-reader.ts";
import type { OpenHeartbeatPath } from "../system/datagram.ts";
import type { GatewayProbe } from "../system/gateway-probe.ts";
import type { Ip } from "../system/ip.ts";
import type { Ipvsadm } from "../system/ipvsadm.ts";
import type { SynCapture } from "../system/syn-capture.ts";
import type { SyncDaemons } from "../system/sync-daemon.ts";
import type { SyncSender } from "../system/sync-sender.ts";
import type { Sysctl } from "../system/sysctl.ts";

export interface Doors {
  readonly now: () => Instant;
  readonly openAlarm: (wake: () => void) => Alarm;
  readonly ip: Ip;
  readonly ipvsadm: Ipvsadm;
  readonly sysctl: Sysctl;
  readonly syncDaemons: SyncDaemons;
  readonly readConnections: ReadConnections;
  readonly syncSender: SyncSender;
  readonly synCapture: SynCapture;
  readonly announcer: Announcer;
  readonly openStrangerWatch: OpenStrangerWatch;
  readonly openGatewayProbe: () => GatewayProbe;
  readonly openHeartbeatPath: OpenHeartbeatPath;
  readonly runCheck: RunCheck;
  readonly runCommand: RunCommand;
  /** Files of this run: what may have to be cleaned up after it. */
  readonly runDir: string;
  /** Files that outlive runs. */
  readonly stateDir: string;
  readonly report: (event: EventBody) => void;
}
