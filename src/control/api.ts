/**
 * The control socket's language: routes, bodies, and the form of a problem. Both ends and the
 * reports of the command line import these types; nothing here knows how they are carried.
 */
import type { PeerFacts } from "../advice/findings/facts.ts";
import type { Found } from "../advice/findings/findings.ts";
import type { MethodName } from "../advice/real-server/method.ts";
import type { PastConfig } from "../config/saving/history.ts";
import type { PeerShare } from "../config/saving/saving.ts";
import type { ServiceState } from "../failover/service.ts";
import type { RealServerState, VirtualServerState } from "../health/health.ts";
import type { ServiceRates } from "../kernel/ipvs-rates.ts";
import type { Problem } from "../keys/problem.ts";
import type { Fault, Role, RouterState } from "../model/router.ts";
import type { PlannedChange } from "../table/describe.ts";
import type { LoadStatus } from "./bodies/load.ts";

export type { ProbedServer, ProbeReport } from "./bodies/probe.ts";

/** Body of `GET /v1/status`. Times are ISO 8601 in UTC; fields that do not apply are null. */
export interface Status {
  readonly version: string;
  /** When this process began. */
  readonly started: string;
  /** Null while the router has not found its own address on any interface. */
  readonly role: Role | null;
  /** `unconfigured`: there is no configuration that this router can run. */
  readonly state: RouterState | "unconfigured";
  readonly since: string;
  readonly cause: string;
  readonly config: {
    readonly path: string;
    readonly serial: number;
    readonly hash: string;
    /** Problems of the last reload that was refused; null after one that was taken. */
    readonly error: readonly Problem[] | null;
  };
  readonly faults: readonly Fault[];
  /**
   * Who runs the programs that the configuration names: the runner, which is another user; the
   * daemon, as itself without its capabilities; null: it names none.
   */
  readonly commands: "runner" | "daemon" | null;
  /** Why the fence failed before the takeover that is under way or over; null: it did not. */
  readonly fence: string | null;
  readonly failback: {
    readonly mode: "auto" | "manual";
    readonly blocked_by: string | null;
    readonly in_ms: number | null;
  };
  readonly heartbeat: {
    readonly sent: number;
    readonly received: number;
    readonly late: number;
    readonly refused: Readonly<Record<string, number>>;
    /** As configured; `auto` speaks both. */
    readonly protocol: "lvsd" | "pulse" | "auto";
    /** By which of both the peer is judged now; null: there is none to judge. */
    readonly speaks: "lvsd" | "pulse" | null;
    /** Whether what is believed of the peer is signed; null: there is none to believe. */
    readonly authenticated: boolean | null;
  };
  readonly connection_sync: {
    readonly state: string;
    readonly device: string;
    readonly id: number;
  } | null;
  readonly peer: PeerStatus | null;
  readonly vips: readonly VipStatus[];
  /** The failover services, in the order of the configuration. */
  readonly services: readonly ServiceStatus[];
  readonly virtual_servers: readonly VirtualServerStatus[];
  /** What host names of real servers stand for. */
  readonly names: readonly NameStatus[];
  /** Orders of operators that are in force. */
  readonly maintenance: readonly MaintenanceStatus[];
  readonly ipvs: {
    readonly in_sync: boolean;
    readonly foreign_services: number;
    readonly last_error: string | null;
    readonly drifts: number;
  };
  /** What lvsd sets in the kernel apart from addresses and table. */
  readonly kernel: {
    /** How often something was put right that somebody else had changed. */
    readonly repairs: number;
    /** What cannot be set, or with `sysctl: manual` is not set, and why. */
    readonly wrong: readonly string[];
  };
  /** Bad input that was refused, by source and reason: `control`, `check`, `config`. */
  readonly refused: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A host name that stands for real servers. */
export interface NameStatus {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly source: "nowhere" | "disk" | "resolver" | "peer";
  /** When the addresses were said, by whatever is the source; ISO 8601, null: not known. */
  readonly answered: string | null;
  /** Why there is no answer at present; null: there is. */
  readonly last_error: string | null;
}

export interface PeerStatus {
  readonly role: Role;
  readonly state: RouterState | null;
  readonly alive: boolean;
  /** Since when it is heard and in this state, or not heard, as this router saw it; ISO 8601. */
  readonly since: string | null;
  /** What this router saw then. */
  readonly cause: string | null;
  readonly config_match: boolean | null;
  readonly paths: readonly PathStatus[];
}

export interface PathStatus {
  readonly name: string;
  readonly alive: boolean;
  readonly last_seen_ms: number | null;
  readonly rtt_ms: number | null;
  readonly lost: number;
}

export interface VipStatus {
  readonly address: string;
  readonly device: string;
  readonly held: boolean;
  /** MAC address of a third machine that answers for this VIP; null when none does. */
  readonly answered_by: string | null;
}

export interface ServiceStatus {
  readonly name: string;
  readonly state: ServiceState;
  readonly since: string;
  readonly cause: string;
  /** What makes this router unfit because of it; null: nothing. */
  readonly last_error: string | null;
  /** Activations of this router in a row in which it failed. */
  readonly failures: number;
}

export interface VirtualServerStatus {
  readonly name: string;
  readonly protocol: string | null;
  readonly address: string | null;
  readonly port: number | null;
  readonly fwmark: number | null;
  /** As the kernel has it, where that refuses the configured one. */
  readonly scheduler: string;
  readonly state: VirtualServerState;
  /** What the kernel refuses of this virtual server, in its words; null: nothing. */
  readonly last_error: string | null;
  readonly active_connections: number;
  readonly inactive_connections: number;
  readonly real_servers: readonly RealServerStatus[];
}

export interface RealServerStatus {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly state: RealServerState;
  readonly weight: number;
  /** In the kernel's table, in units of `weight`: a fraction while it rises or follows a load. */
  readonly effective_weight: number;
  readonly active_connections: number;
  readonly inactive_connections: number;
  readonly check: {
    readonly type: string;
    readonly last_ms: number | null;
    readonly last_error: string | null;
    readonly since: string;
  };
  /**
   * Of a router that believes the active one: whether its own try, about once a minute, reaches the
   * real server. Left out while nothing is known of it.
   */
  readonly own_path?: { readonly reached: boolean; readonly why: string | null };
  /** Where `tripwire: true` stands; `off`: it has no traffic, or the peer checks it. */
  readonly tripwire?: "held" | "opening" | "resting" | "off";
  /** What its load monitor says; null: it has none. */
  readonly load: LoadStatus | null;
}

/** Body of `GET /v1/findings`: what `lvsd doctor` finds. */
export interface FindingsReport {
  /** False where something would prevent service. */
  readonly ok: boolean;
  readonly at: string;
  readonly findings: readonly Found[];
  /** How many real servers were asked on the wire; `lvsd doctor` asks all of them. */
  readonly real_servers: { readonly asked: number; readonly all: number };
}

/** Body of `GET /v1/virtual-servers/VS/script`: what `lvsd realserver` prints. */
export interface ScriptReport {
  readonly ok: true;
  readonly method: MethodName;
  readonly text: string;
  /** Null: the method fits the forwarding. */
  readonly warning: string | null;
}

/** Body of `GET /v1/peer`. */
export interface PeerReport {
  /** Null where it could not be asked, or did not answer. */
  readonly peer: PeerFacts | null;
  /** Why there is none. */
  readonly why: string | null;
}

/** Body of `GET /v1/rates`. */
export interface RatesReport {
  /** When they were read. */
  readonly at: string;
  readonly services: readonly ServiceRates[];
}

/** An order of an operator that is in force until `lvsd enable`. */
export interface MaintenanceStatus {
  readonly virtual_server: string;
  /** Null: the virtual server itself. */
  readonly real_server: string | null;
  readonly order: "drain" | "disable";
  readonly by: string;
  readonly since: string;
  /** Of a drain on the active router: what the kernel counted last; else null. */
  readonly connections: number | null;
}

export interface NamedServer {
  readonly virtual_server: string;
  readonly real_server: string | null;
}

/** Body of the requests that drain, disable and enable. */
export interface MaintenanceReport {
  readonly ok: true;
  readonly order: "drain" | "disable" | "enable";
  readonly changed: readonly NamedServer[];
  /** These were so already. */
  readonly unchanged: readonly NamedServer[];
  /** This router is active, and sees connections end. */
  readonly active: boolean;
  /** False: the disk could not be written, and the order ends with this process. */
  readonly kept: boolean;
}

/** Body of `GET /v1/virtual-servers/VS/real-servers/RS/drain`. */
export interface DrainReport {
  readonly ok: true;
  readonly state: "draining" | "drained";
  /** What the kernel counted last; null: nothing is known yet. */
  readonly connections: number | null;
  /** Flows without an end that were moved to other servers; null: none had to be. */
  readonly moved: number | null;
}

/** Body of `POST /v1/plan` and, with what was done, of `POST /v1/reload`. */
export interface PlanReport {
  readonly ok: true;
  readonly changes: readonly PlannedChange[];
  /** Settings that change without a table change: `heartbeat.interval: 250ms -> 100ms`. */
  readonly settings: readonly string[];
  readonly unchanged_services: number;
  /** What does not hold after all, since the kernel refuses it; always empty in a plan. */
  readonly refused: readonly RefusedPart[];
  /** What host names of the new configuration stand for now; left out where it has none. */
  readonly names?: readonly NameStatus[];
}

/** A part of the configuration that is loaded and does not hold. */
export interface RefusedPart {
  /** `web`, `web/rs1`, or `ipvs` for the whole table. */
  readonly subject: string;
  /** What was to be changed, as in `changes`. */
  readonly text: string;
  /** The kernel's words. */
  readonly reason: string;
}

/** The body of every answer that is not a success. */
export interface RefusalBody {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

/**
 * How the daemon refuses. `text`: a file of the operator is missing or invalid (422, exit status
 * 2). `now`: what was asked does not hold at present (409, exit status 1): the guard, no peer.
 */
export interface Refusal extends RefusalBody {
  readonly fault: "text" | "now";
}

/** Body of `GET /v1/config`: the files as they were loaded. */
export interface ConfigReport {
  /** Of the main file. */
  readonly path: string;
  readonly serial: number;
  readonly hash: string;
  readonly text: string;
  /** What it includes, in the order of their names. */
  readonly includes: readonly { readonly path: string; readonly text: string }[];
  /**
   * The main file on the disk, empty where there is none, while it was refused and stands in the
   * way of every saving; left out: it is what is loaded, or was not tried.
   */
  readonly unloaded?: string;
}

/** Body of `POST /v1/restart`, sent before the restart begins. */
export interface RestartReport {
  readonly ok: true;
  /** `Status.started` of the process that goes: who answers with another one is the next. */
  readonly started: string;
  /** The state in which it goes, and the next one is expected to be again. */
  readonly state: RouterState;
  /** For so long the peer waits for the next process. */
  readonly within_ms: number;
}

/** Body of `PUT /v1/config`, `POST /v1/sync` and `POST /v1/config/rollback`. */
export interface SaveReport extends PlanReport {
  readonly serial: number;
  readonly hash: string;
  /**
   * `none`: this router alone (no backup, or `cluster_sync: false`); `away`: the peer is dead and
   * catches up when it returns; `unsure`: its answer was lost, it has it or catches up.
   */
  readonly peer: PeerShare;
  /**
   * Piranha's lvs.cf has become YAML: the text, or the file that it takes the place of; left out:
   * neither was one.
   */
  readonly converted?: boolean;
}

/** Body of `GET /v1/config/history`, newest first. */
export interface HistoryReport {
  readonly path: string;
  readonly serial: number;
  readonly hash: string;
  readonly past: readonly PastConfig[];
}

/** Body of `GET /v1/config/past?back=N`. */
export interface PastReport extends PastConfig {
  readonly text: string;
}

export interface SwitchoverReport {
  readonly ok: true;
  readonly took_ms: number;
}

/** Why the control server turned a request away. */
export type RequestRefusal =
  | "bad-http"
  | "bad-json"
  | "header-too-large"
  | "body-too-large"
  | "timeout"
  | "no-such-route"
  | "wrong-method"
  | "too-many-connections"
  | "too-many-requests"
  | "too-many-followers"
  | "too-much-waiting"
  | "pipelined"
  | "slow-client"
  | "slow-follower";

/** Larger bodies are refused with 413: these bodies are one option of a few bytes. */
export const requestBytesMax = 64 * 1024;

/** Of the body that is a configuration: `configBytesMax` characters of at most three bytes. */
export const configBodyBytesMax = 12 * 1024 * 1024;

/** The name of the control socket in the run directory. */
export const socketName = "lvsd.sock";

/** In whose name a client asks: the console's users are none of the machine's. */
export const byHeader = "lvsd-by";

/** The comment line in the event stream behind which events are new. */
export const historyOverComment = "history over";
