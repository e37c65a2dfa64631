/**
 * The configuration after reading: every default filled in, every name resolved to a value, every
 * rule between keys kept. Everything else in lvsd reads this and never the operator's text.
 *
 * Collections are sorted the way the table is programmed (virtual servers and real servers in the
 * order of the file are kept in `position`), so that both routers do everything in one order.
 */

import type { TriedCheck } from "../check/check-types.ts";
import type { CommandLine } from "../keys/command-shape.ts";
import type { ValuesOf } from "../keys/named-values.ts";
import type { Masquerade } from "../keys/network-shapes.ts";
import type { Ports } from "../keys/service-shapes.ts";
import {
  type Family,
  family,
  type HostName,
  type IpAddress,
  type Prefix,
} from "../model/address.ts";
import type { Role } from "../model/router.ts";
import type { Forwarding, SchedulerFlag, Tunnel } from "../model/service.ts";
import type { Ms } from "../model/time.ts";
import type { Mark } from "./forwarding/service.ts";
import type { consoleKeys } from "./schema/console.ts";
import type { failoverKeys, fenceKeys } from "./schema/failover.ts";
import type { heartbeatKeys } from "./schema/heartbeat.ts";
import type { mailKeys } from "./schema/mail.ts";
import type {
  checksKeys,
  connectionSyncKeys,
  guardKeys,
  notifyKeys,
  rootKeys,
  routerKeys,
  timeoutsKeys,
} from "./schema/root.ts";
import type { realServerKeys, virtualServerKeys } from "./schema/virtual-server.ts";

export type { TriedCheck } from "../check/check-types.ts";
export type { TlsOptions } from "../check/type.ts";

/** `Changed` in place of what the keys are read into, where it is resolved further. */
type With<Values, Changed> = Omit<Values, keyof Changed> & Readonly<Changed>;

/** Every top-level key, and what is not written in the file. */
export type Config = With<
  Omit<ValuesOf<typeof rootKeys>, "forwarding" | "natRouter" | "defaults">,
  {
    /** Absolute path of the main file. */
    path: string;
    /** SHA-256, hex, over the main file and its includes: what the two routers compare. */
    hash: string;
    routers: { readonly primary: RouterAddresses; readonly backup: RouterAddresses | null };
    heartbeat: HeartbeatConfig;
    failover: FailoverConfig;
    guard: ValuesOf<typeof guardKeys>;
    /** The kernel's connection synchronisation; null: none. */
    connectionSync: ConnectionSyncConfig | null;
    /** `ipvsadm --set`, whole seconds; null leaves the kernel's values alone. */
    timeouts: ValuesOf<typeof timeoutsKeys> | null;
    checks: ValuesOf<typeof checksKeys>;
    notify: With<ValuesOf<typeof notifyKeys>, { mail: MailConfig | null }>;
    console: ConsoleConfig;
    /**
     * Every floating address once, in the order of claiming and announcing: the NAT router's
     * address first, then the VIPs (a connection that arrives at a new router must find the way
     * back).
     */
    vips: readonly Vip[];
    /** The source of what machines of the NAT router's network open to others. */
    masquerade: Masquerade;
    /** Those of them that are claimed whatever becomes of the virtual servers. */
    claimedAlone: readonly IpAddress[];
    virtualServers: readonly VirtualServer[];
  }
>;

/** An operator's order that stands in the way of a server's traffic; never read from a file. */
export interface Maintenance {
  readonly kind: "drain" | "disable";
  /** Who asked; one line. */
  readonly by: string;
  /** Of a real server: as in the configuration. */
  readonly weight: number;
}

export type RouterAddresses = ValuesOf<typeof routerKeys>;

/**
 * `keyFile` is absolute; null with `authentication: none` or `protocol: pulse`, and without a
 * backup unless given.
 */
export type HeartbeatConfig = ValuesOf<typeof heartbeatKeys>;

/** `ca` and `passwordFile` are absolute. */
export type MailConfig = ValuesOf<typeof mailKeys>;

export type ConsoleConfig = With<
  ValuesOf<typeof consoleKeys>,
  {
    /** Null: plain HTTP. Absolute paths; null: the console makes both itself. */
    tls: { readonly certificate: string | null; readonly key: string | null } | null;
  }
>;

export type ConnectionSyncConfig = ValuesOf<typeof connectionSyncKeys>;

export type FailoverConfig = With<
  ValuesOf<typeof failoverKeys>,
  {
    startDelay: Ms;
    /** Devices whose link state counts; "vips": the devices of the VIPs; empty turns it off. */
    monitorLinks: readonly string[] | "vips";
    /** Arbiters: one must answer before an unplanned takeover. Empty: none configured. */
    gateway: readonly IpAddress[];
    announce: { readonly count: number; readonly interval: Ms; readonly refresh: Ms };
    /** Run before an unplanned takeover; null: none. */
    fence: FenceConfig | null;
    /** What runs on the active router only, in the order of the file. */
    services: readonly ServiceConfig[];
  }
>;

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

export type FenceConfig = ValuesOf<typeof fenceKeys>;

/** A floating address as it is claimed. */
export interface Vip {
  readonly prefix: Prefix;
  /**
   * Base device, e.g. `eth0`; null until the machine's interfaces have answered (`device` left
   * out).
   */
  readonly device: string | null;
  /** Piranha's alias label, e.g. `eth0:1`; null when none was given. IPv4 only. */
  readonly label: string | null;
  readonly kind: "nat-router" | "vip";
}

export type VirtualServer = With<
  Omit<
    ValuesOf<typeof virtualServerKeys>,
    "device" | "ports" | "fwmark" | "forwarding" | "tunnel" | "check"
  >,
  {
    name: string;
    /** Place in the file, from 0: the order in which people see it. */
    position: number;
    /** The first VIP; null only with a mark that the operator's own rules set. */
    address: IpAddress | null;
    /** Null with a mark. */
    port: number | null;
    /** Null: IPVS knows it by protocol, address and port. */
    mark: Mark | null;
    /** Null: no FTP. */
    ftp: { readonly passivePorts: Ports } | null;
    schedulerFlags: readonly SchedulerFlag[];
    /** Null: no persistence. `maskBits`: 0 to 32 or 0 to 128. */
    persistence: {
      readonly timeout: Ms;
      readonly maskBits: number;
      readonly engine: "sip" | null;
    } | null;
    /** What weights are multiplied by in the table while one is a fraction (weight-scale.ts). */
    weightScale: number;
    /** Who answers while the quorum is lost; null: no server. */
    sorryServer: SorryServer | "local" | null;
    realServers: readonly RealServer[];
    /** Real servers whose addresses a name stands for; each address makes one of `realServers`. */
    namedServers: readonly NamedServer[];
    maintenance?: Maintenance;
  }
>;

export interface SorryServer {
  readonly address: IpAddress;
  /** Null: the virtual server's. */
  readonly port: number | null;
  readonly forwarding: Forwarding;
}

export type RealServer = With<
  ValuesOf<typeof realServerKeys>,
  {
    name: string;
    position: number;
    address: IpAddress;
    /** The name in the configuration, where `address` comes from a host name. */
    named?: string;
    /** Where its checks go; 0 where none needs a port. */
    port: number;
    /**
     * Whether connections of a service by mark go to `port`, whatever port they came to; otherwise
     * they keep theirs.
     */
    mapsPort: boolean;
    forwarding: Forwarding;
    /** Means something with `forwarding: tunnel` only. */
    tunnel: Tunnel;
    /** ipvsadm -x and -y; 0 is no limit. */
    connections: { readonly max: number; readonly min: number };
    check: Checks;
    maintenance?: Maintenance;
  }
>;

export type NamedServer = Omit<RealServer, "address" | "named"> & { readonly host: HostName };

/** IPVS has one service for each. */
export const familiesOf = ({ mark, address }: VirtualServer): readonly Family[] =>
  mark?.families ?? (address === null ? [] : [family(address)]);

/** Its VIPs; none where the operator's own rules mark its packets. */
export const vipsOf = ({
  address,
  mark,
}: Pick<VirtualServer, "address" | "mark">): readonly IpAddress[] =>
  mark?.addresses ?? (address === null ? [] : [address]);

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
export type FileCheck = OfType<"file">;
export type CommandCheck = OfType<"command">;

/** The addresses of one role; null for a backup that is not configured. */
export const addressesOf = (config: Config, role: Role): RouterAddresses | null =>
  config.routers[role];

/** Whether anything in it is a program of the operators. */
export const runsCommands = ({ failover, notify, virtualServers }: Config): boolean =>
  failover.fence !== null ||
  failover.services.length > 0 ||
  notify.command !== null ||
  virtualServers.some(
    ({ loadMonitor, realServers }) =>
      (loadMonitor !== "none" && loadMonitor.type === "command") ||
      realServers.some(({ check }) => check.type === "command"),
  );
