/**
 * What findings judge: all that was read of a machine, as values. What could not be read is null or
 * missing, and nothing is found of it.
 */
import type { Config } from "../../config/config.ts";
import type { IpvsHere } from "../../config/forwarding/ipvs-needs.ts";
import { family, holds, type IpAddress, type Prefix } from "../../model/address.ts";
import type { Role, RouterState } from "../../model/router.ts";
import type { Possessions } from "./possessions.ts";

export interface DeviceFacts {
  readonly name: string;
  readonly mac: string | null;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly addresses: readonly { readonly prefix: Prefix }[];
}

/** A file by its name, with its text or its hash. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** Who answered on the wire when an address was asked for. */
export interface Answered {
  readonly address: IpAddress;
  readonly device: string;
  readonly macs: readonly string[];
}

/** What was learned of a real server by asking it. */
export interface RealServerFacts {
  readonly address: IpAddress;
  readonly port: number;
  /** The device and the mtu of the way there; `via` null: in a connected network. */
  readonly route: {
    readonly device: string;
    readonly via: string | null;
    readonly mtu: number | null;
  } | null;
  readonly mac: string | null;
  /** Whether it takes connections at its own address; null: not asked. */
  readonly answers: boolean | null;
  /** The VIPs to which it takes no connection that reaches it; null: not asked. */
  readonly refusedVips: readonly IpAddress[] | null;
  /** Whether an answer to a client elsewhere comes back here; null: not asked. */
  readonly returns: boolean | null;
}

/** A real server that the active router reaches and this one does not. */
export interface Unreached {
  /** `web/rs1`. */
  readonly realServer: string;
  readonly why: string;
}

/** What only the daemon knows. */
export interface DaemonFacts {
  readonly state: RouterState | "unconfigured";
  readonly descriptors: number | null;
  /** Real servers that the active router reaches and this one does not. */
  readonly unreached: readonly Unreached[];
  /** Host names without an answer, and how many addresses are known of each. */
  readonly unresolved: readonly {
    readonly name: string;
    readonly why: string;
    readonly addresses: number;
  }[];
  readonly peer: {
    readonly alive: boolean;
    readonly configMatch: boolean | null;
    readonly paths: readonly { readonly name: string; readonly alive: boolean }[];
  } | null;
}

/** The other router's possessions. */
export interface PeerFacts {
  readonly has: Possessions;
  /** This router's clock when the peer was asked, in ms since 1970; null: they come from a file. */
  readonly askedAt: number | null;
}

/** One chain of a packet filter on the way in, as far as it is understood. */
export interface Dropping {
  readonly what: string;
  readonly by: string;
}

export interface Facts {
  readonly config: Config;
  readonly role: Role | null;
  readonly devices: readonly DeviceFacts[];
  /** Devices that have a default route, by family. */
  readonly defaultDevices: Readonly<Record<4 | 6, readonly string[]>>;
  /** Devices whose default route of IPv6 comes from router advertisements. */
  readonly advertised: readonly string[];
  /** By name with slashes: `net/ipv4/ip_forward`. */
  readonly sysctl: (name: string) => string | null;
  readonly ipvs: "ready" | "loadable" | "missing";
  /** Of the kernel and of ipvsadm, as `check --here` judges them. */
  readonly ipvsHere: IpvsHere;
  readonly hasIpvsadm: boolean;
  /** Files of the operating system's network configuration. */
  readonly networkFiles: readonly FileText[];
  /** Names of programs that run (`comm`). */
  readonly running: ReadonlySet<string>;
  /** Units that start at boot. */
  readonly enabled: ReadonlySet<string>;
  readonly keyFile: { readonly mode: number; readonly uid: number } | null;
  /** What systemd says of RuntimeWatchdogSec: `infinity`, `0` or a time; null: no systemd. */
  readonly runtimeWatchdog: string | null;
  /** Whether the kernel takes its clock as set by another one (adjtimex(2)). */
  readonly clockSynchronised: boolean | null;
  /** Datagrams of the pair that the packet filter drops. */
  readonly dropped: readonly Dropping[];
  /** Packets of clients to virtual servers that it drops. */
  readonly droppedClients: readonly Dropping[];
  readonly vipAnswers: readonly Answered[];
  /** Link-layer addresses that answer for the peer's own addresses. */
  readonly peerMacs: readonly string[];
  readonly realServers: readonly RealServerFacts[];
  readonly daemon: DaemonFacts | null;
  readonly here: Possessions;
  /** Null: it was not asked, or does not answer. */
  readonly peer: PeerFacts | null;
}

/** The configuration without virtual servers and real servers that are switched off. */
export const inUse = (config: Config): Config => ({
  ...config,
  virtualServers: config.virtualServers
    .filter(({ active }) => active)
    .map((server) => ({
      ...server,
      realServers: server.realServers.filter(({ active }) => active),
    })),
});

/** Forwarding methods that the configuration uses. */
export const forwardingsOf = ({ virtualServers }: Config): ReadonlySet<string> =>
  new Set(
    virtualServers.flatMap(({ realServers }) => realServers.map(({ forwarding }) => forwarding)),
  );

/** Connected networks of a device that hold an address; host prefixes are none. */
export const networksThatHold = (
  { addresses }: DeviceFacts,
  address: IpAddress,
): readonly Prefix[] =>
  addresses
    .map(({ prefix }) => prefix)
    .filter(
      (prefix) =>
        prefix.length < (family(prefix.address) === 4 ? 32 : 128) && holds(prefix, address),
    );
