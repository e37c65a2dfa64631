/**
 * The configuration after reading: every default filled in, every name resolved to a value, every
 * rule between keys kept. Everything else in lvsd reads this and never the operator's text.
 *
 * Collections are sorted the way the table is programmed (virtual servers and real servers in the
 * order of the file are kept in `position`), so that both routers do everything in one order.
 */

import type { TriedCheck } from "../check/check-types.ts";
import type { CommandLine } from "../keys/command-shape.ts";
import type { IpAddress, Prefix } from "../model/address.ts";
import type { Role } from "../model/router.ts";
import type { Forwarding, Protocol, Scheduler, SchedulerFlag } from "../model/service.ts";
import type { Ms } from "../model/time.ts";

export type { TriedCheck } from "../check/check-types.ts";
export type { TlsOptions } from "../check/type.ts";

export interface Config {
  /** Absolute path of the main file. */
  readonly path: string;
  readonly serial: number;
  /** SHA-256, hex, over the main file and its includes: what the two routers compare. */
  readonly hash: string;
  readonly routers: { readonly primary: RouterAddresses; readonly backup: RouterAddresses | null };
  readonly heartbeat: HeartbeatConfig;
  readonly failover: FailoverConfig;
  readonly clusterSync: boolean;
  /** A reload that would remove more than this share of the real servers needs `--yes`. */
  readonly guard: { readonly removePercent: number };
  /** The kernel's connection synchronisation; null: none. */
  readonly connectionSync: ConnectionSyncConfig | null;
  /** `ipvsadm --set`, whole seconds; null leaves the kernel's values alone. */
  readonly timeouts: { readonly tcp: Ms; readonly tcpFin: Ms; readonly udp: Ms } | null;
  readonly checks: { readonly concurrency: number };
  readonly sysctl: "auto" | "manual";
  /** The command that is told of events; null: none. */
  readonly notify: { readonly command: CommandLine | null };
  /**
   * Every floating address once, in the order of claiming and announcing: the NAT router's address
   * first, then the VIPs (a connection that arrives at a new router must find the way back).
   */
  readonly vips: readonly Vip[];
  readonly virtualServers: readonly VirtualServer[];
}

export interface RouterAddresses {
  readonly public: IpAddress;
  /** The second heartbeat path; null when there is one path only. */
  readonly private: IpAddress | null;
}

export interface HeartbeatConfig {
  readonly authentication: "hmac" | "none";
  readonly port: number;
  readonly interval: Ms;
  readonly deadAfter: Ms;
  readonly warnAfter: Ms;
  /** Absolute path; null with `authentication: none`, and without a backup unless it is given. */
  readonly keyFile: string | null;
  readonly protocol: "lvsd" | "pulse";
}

export interface ConnectionSyncConfig {
  readonly device: string;
  /** 0 to 255. */
  readonly id: number;
}

export interface FailoverConfig {
  readonly failback: "auto" | "manual";
  readonly failbackDelay: Ms;
  readonly startDelay: Ms;
  /** Devices whose link state counts; "vips" means the devices of the VIPs; empty turns it off. */
  readonly monitorLinks: readonly string[] | "vips";
  /** Arbiters: one must answer before an unplanned takeover. Empty: none configured. */
  readonly gateways: readonly IpAddress[];
  readonly announce: { readonly count: number; readonly interval: Ms; readonly refresh: Ms };
  /** Run before an unplanned takeover; null: none. */
  readonly fence: FenceConfig | null;
  /** What runs on the active router only, in the order of the file. */
  readonly services: readonly ServiceConfig[];
}

/** A failover service. `start` and `stop` may be said again and again. */
export interface ServiceConfig {
  readonly name: string;
  readonly start: CommandLine;
  readonly stop: CommandLine;
  /** Bounds each command; `start` together with the first passed check. */
  readonly timeout: Ms;
  /** Its target's port is never null; its address is loopback where null. */
  readonly check: Check;
}

export interface FenceConfig {
  /** An absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly timeout: Ms;
  readonly onFailure: "stay" | "take_over";
}

/** A floating address as it is claimed. */
export interface Vip {
  readonly prefix: Prefix;
  /** Base device, e.g. `eth0`; null until the machine's interfaces have answered (`device` left out). */
  readonly device: string | null;
  /** Piranha's alias label, e.g. `eth0:1`; null when none was given. IPv4 only. */
  readonly label: string | null;
  readonly kind: "nat-router" | "vip";
}

export interface VirtualServer {
  readonly name: string;
  /** Place in the file, from 0: the order in which people see it. */
  readonly position: number;
  readonly active: boolean;
  readonly protocol: Protocol;
  readonly address: IpAddress;
  readonly port: number;
  readonly scheduler: Scheduler;
  readonly schedulerFlags: readonly SchedulerFlag[];
  readonly onePacket: boolean;
  /** Null: no persistence. `maskBits`: 0 to 32 or 0 to 128. */
  readonly persistence: { readonly timeout: Ms; readonly maskBits: number } | null;
  readonly reentry: Ms;
  /** True: a failed real server stays with weight 0; false: it is removed. */
  readonly quiesce: boolean;
  readonly start: "checking" | "up";
  readonly realServers: readonly RealServer[];
}

export interface RealServer {
  readonly name: string;
  readonly position: number;
  readonly active: boolean;
  readonly address: IpAddress;
  readonly port: number;
  readonly weight: number;
  readonly forwarding: Forwarding;
  /** ipvsadm -x and -y; 0 is no limit. */
  readonly connections: { readonly max: number; readonly min: number };
  readonly check: Checks;
}

/** One check. Equality by value decides whether a reload keeps a nanny. Its types: src/check/. */
export type Check = NoCheck | TriedCheck;

export interface NoCheck {
  readonly type: "none";
}

/** How one real server is checked. */
export type Checks = Check | SeveralChecks;

/** Several checks of one real server, two or more. */
export interface SeveralChecks {
  readonly type: "several";
  /** True: one that passes suffices; false: all must pass. */
  readonly any: boolean;
  readonly checks: readonly TriedCheck[];
}

/** The checks that have tries. */
export const triedChecks = (check: Checks): readonly TriedCheck[] => {
  if (check.type === "none") return [];
  return check.type === "several" ? check.checks : [check];
};

type OfType<Name extends TriedCheck["type"]> = Extract<TriedCheck, { readonly type: Name }>;
export type TcpCheck = OfType<"tcp">;
export type HttpCheck = OfType<"http" | "https">;
export type SendExpectCheck = OfType<"send_expect">;
export type CommandCheck = OfType<"command">;

/** The addresses of one role; null for a backup that is not configured. */
export const addressesOf = (config: Config, role: Role): RouterAddresses | null =>
  config.routers[role];
