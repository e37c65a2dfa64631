/** Every request of the control interface, but for the stream of events and the metrics. */
import type { ConsoleConfig } from "../config/config.ts";
import type { LvsdEvent } from "../model/event.ts";
import type {
  ConfigReport,
  DrainReport,
  FindingsReport,
  HistoryReport,
  MaintenanceReport,
  PastReport,
  PeerReport,
  PlanReport,
  ProbeReport,
  RatesReport,
  RequestRefusal,
  RestartReport,
  SaveReport,
  ScriptReport,
  Status,
  SwitchoverReport,
} from "./api.ts";
import type { KeyReport, MachineReport } from "./reports/first-files.ts";
import type { GraphsReport } from "./reports/graphs.ts";
import type { StatusChanges } from "./reports/status-changes.ts";
import { type AnswerOf, type AskedOf, acts, type GivenOf, shows } from "./request.ts";
import type { ReviewReport } from "./review.ts";

const virtualServerPath = "/v1/virtual-servers/{virtualServer}";
const realServerPath = `${virtualServerPath}/real-servers/{realServer}` as const;
const asked = "`by` says who asks";
const everywhere =
  "with `everywhere`, or `*` for the virtual server and an address, in all that have the address";

const probeCheck =
  "`check`, a JSON object with the keys of a check, is tried in place of theirs; it names no program and no file.";

const guard = "With `yes` it passes `guard.remove_percent`.";

/** By the name of the method that answers it in the daemon and asks it in the client. */
export const requests = {
  status: shows<Status>()({ path: "/v1/status", does: "Everything that `lvsd status` shows." }),
  statusChanges: shows<StatusChanges>()({
    path: "/v1/status/changes",
    options: { since: "text" },
    does: "What changed of the status since the one with the mark `since`; without it, or with a mark that is not known, all of it. Virtual servers and real servers stand for themselves; lists of `names` say which there are and in what order.",
  }),
  rates: shows<RatesReport>()({
    path: "/v1/rates",
    does: "What the kernel balances a second, by virtual service; one reading a second for all.",
  }),
  graphs: acts<GraphsReport>()({
    method: "GET",
    path: "/v1/graphs",
    access: "read",
    options: { virtualServer: "text", day: "flag" },
    does: "Connections, bytes and round trips of the last three hours, or with `day` of a day.",
  }),
  findings: shows<FindingsReport>()({
    path: "/v1/findings",
    msMax: 60_000,
    does: "What `lvsd doctor` finds here, on the wire too; at most ten seconds old.",
  }),
  realServerScript: acts<ScriptReport>()({
    method: "GET",
    path: `${virtualServerPath}/script`,
    access: "read",
    options: { realServer: "text", method: "text", format: "text", undo: "flag" },
    does: "The script that prepares its real servers, as `lvsd realserver` prints it.",
  }),
  peerFacts: shows<PeerReport>()({
    path: "/v1/peer",
    does: "What the peer has, asked over the configuration channel: programs and files by their digests, networks, clock, configuration.",
  }),
  machine: shows<MachineReport>()({
    path: "/v1/machine",
    does: "The devices of this machine and their addresses; without a configuration too.",
  }),
  firstKey: acts<KeyReport>()({
    path: "/v1/first-key",
    access: "configure",
    options: { key: "text" },
    does: "Makes the heartbeat's key, or takes the other router's; only without a configuration.",
  }),
  config: shows<ConfigReport>()({
    path: "/v1/config",
    does: "The configuration as it was loaded: its main file, and those that it includes.",
  }),
  consoleSettings: shows<ConsoleConfig>()({
    path: "/v1/console",
    does: "The web console's part of the configuration.",
  }),
  save: acts<SaveReport>()({
    method: "PUT",
    path: "/v1/config",
    access: "configure",
    takesText: true,
    options: { yes: "flag", onto: "text" },
    does: `Stores the configuration in the body on both routers or on none, and loads it. With \`onto\`, a hash, only in place of the configuration that has it. ${guard}`,
  }),
  review: acts<ReviewReport>()({
    path: "/v1/config/plan",
    access: "read",
    takesText: true,
    does: "What the configuration in the body would change on both routers; changes nothing.",
  }),
  pastConfigs: shows<HistoryReport>()({
    path: "/v1/config/history",
    does: "The configurations that were replaced, newest first.",
  }),
  pastConfig: acts<{ readonly ok: true } & PastReport>()({
    method: "GET",
    path: "/v1/config/past",
    access: "read",
    options: { back: "count" },
    does: "The configuration `back` replacements ago.",
  }),
  rollback: acts<SaveReport>()({
    path: "/v1/config/rollback",
    access: "configure",
    options: { back: "count", yes: "flag" },
    does: `Stores and loads the configuration \`back\` replacements ago as a new one. ${guard}`,
  }),
  sync: acts<SaveReport>()({
    path: "/v1/sync",
    access: "configure",
    options: { yes: "flag" },
    does: "Replaces the peer's configuration with the one that is loaded here.",
  }),
  plan: acts<PlanReport>()({
    path: "/v1/plan",
    access: "read",
    options: { yes: "flag" },
    does: "What a reload would change, with `yes` one that is given `yes`; changes nothing.",
  }),
  reload: acts<PlanReport>()({
    path: "/v1/reload",
    access: "configure",
    options: { yes: "flag", discard: "text" },
    does: `Loads the file on disk. ${guard} With \`discard\`, the SHA-256 of that file, what is loaded takes its place first; it is kept as STATEDIR/config-history/not-loaded.yaml.`,
  }),
  switchover: acts<SwitchoverReport>()({
    path: "/v1/switchover",
    access: "operate",
    does: "Hands the active state to the peer.",
  }),
  probeVirtualServer: acts<ProbeReport>()({
    path: `${virtualServerPath}/probe`,
    access: "operate",
    options: { check: "text" },
    does: `Runs the checks of all its real servers once, now, and shows the conversations. ${probeCheck}`,
  }),
  probeRealServer: acts<ProbeReport>()({
    path: `${realServerPath}/probe`,
    access: "operate",
    options: { check: "text" },
    does: `Runs the checks of one real server once, now, and shows the conversations. ${probeCheck}`,
  }),
  drainRealServer: acts<MaintenanceReport>()({
    path: `${realServerPath}/drain`,
    access: "operate",
    options: { by: "text", everywhere: "flag" },
    does: `Gives the real server weight 0 until it is enabled; ${everywhere}; ${asked}.`,
  }),
  drainProgress: acts<DrainReport>()({
    method: "GET",
    path: `${realServerPath}/drain`,
    access: "read",
    does: "How many connections a real server that is being drained has left.",
  }),
  disableRealServer: acts<MaintenanceReport>()({
    path: `${realServerPath}/disable`,
    access: "operate",
    options: { by: "text", everywhere: "flag" },
    does: `Takes the real server out of the table until it is enabled; ${everywhere}; ${asked}.`,
  }),
  enableRealServer: acts<MaintenanceReport>()({
    path: `${realServerPath}/enable`,
    access: "operate",
    options: { by: "text", everywhere: "flag" },
    does: `Undoes drain and disable; ${everywhere}; ${asked}.`,
  }),
  disableVirtualServer: acts<MaintenanceReport>()({
    path: `${virtualServerPath}/disable`,
    access: "operate",
    options: { by: "text" },
    does: `Makes the virtual server inactive until it is enabled; ${asked}.`,
  }),
  enableVirtualServer: acts<MaintenanceReport>()({
    path: `${virtualServerPath}/enable`,
    access: "operate",
    options: { by: "text" },
    does: `Undoes disable of the virtual server; ${asked}.`,
  }),
  restart: acts<RestartReport>()({
    path: "/v1/restart",
    access: "operate",
    does: "Restarts the daemon while addresses, table and connections stay.",
  }),
} as const;

export type RequestName = keyof typeof requests;
export type Given<Name extends RequestName> = GivenOf<(typeof requests)[Name]>;
export type AnswerTo<Name extends RequestName> = AnswerOf<(typeof requests)[Name]>;

/** One method for each request, as a client calls it. */
export type Asking = {
  readonly [Name in RequestName]: object extends AskedOf<(typeof requests)[Name]>
    ? (given?: AskedOf<(typeof requests)[Name]>) => Promise<AnswerTo<Name>>
    : (given: AskedOf<(typeof requests)[Name]>) => Promise<AnswerTo<Name>>;
};

/** One method for each request, as the daemon answers it. */
export type Answering = {
  readonly [Name in RequestName]: (given: Given<Name>) => Promise<AnswerTo<Name>>;
};

/** A request that changes something, when it has been answered. */
export interface Asked {
  /** Who asked, for people. */
  readonly by: string;
  /** `switchover`, `drain web rs1`. */
  readonly what: string;
  /** Why it was refused; null: it was done. */
  readonly why: string | null;
}

/** What the control server asks of the daemon, which implements it. */
export interface Controlled extends Answering {
  /** The newest events first known, oldest first. */
  events(): readonly LvsdEvent[];
  /** Calls `listener` for every later event until the returned function is called. */
  follow(listener: (event: LvsdEvent) => void): () => void;
  /** A request that changes something was answered. */
  asked(asked: Asked): void;
  /** A refused request, to be counted under `refused.control`. */
  refusedRequest(reason: RequestRefusal): void;
}
