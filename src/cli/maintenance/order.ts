/** `lvsd disable` and `lvsd enable`: an order for the daemon, and what came of it. */
import { userInfo } from "node:os";
import type { MaintenanceReport, NamedServer, Refusal } from "../../control/api.ts";
import { type ControlClient, controlClient } from "../../control/client.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { socketIn } from "../directories.ts";
import { complain, type ExitStatus, exit, type ReportOptions, refusedBy } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";

export type OrderKind = "drain" | "disable" | "enable";

export interface OrderOptions extends ReportOptions {
  readonly kind: OrderKind;
  readonly virtualServer: string;
  /** Null: the virtual server itself. */
  readonly realServer: string | null;
  readonly everywhere: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

/** Throws a MachineError where no daemon answers. */
export async function order(options: OrderOptions, terminal: Terminal): Promise<ExitStatus> {
  const report = await ask(controlClient(socketIn(options.runDir)), options);
  if (!report.ok) return refusedBy(report, terminal, options.json);
  terminal.out(options.json ? `${JSON.stringify(report)}\n` : orderText(report));
  return keptStatus(report, terminal);
}

/** An order that ends with the process is not what was asked for. */
export function keptStatus(report: MaintenanceReport, terminal: Terminal): ExitStatus {
  if (report.kept) return exit.done;
  const message = "done, but the disk could not be written: a restart of lvsd undoes it";
  complain(terminal, [problemElsewhere(message, "lvsd events has the reason")]);
  return exit.refused;
}

/** Sends the order in the name of the user who typed it. */
export async function ask(
  client: ControlClient,
  { kind, virtualServer, realServer, everywhere, environment }: OrderOptions,
): Promise<MaintenanceReport | Refusal> {
  const by = askedBy(environment);
  if (realServer !== null) {
    const given = { virtualServer, realServer, everywhere, by };
    if (kind === "drain") return client.drainRealServer(given);
    return kind === "disable" ? client.disableRealServer(given) : client.enableRealServer(given);
  }
  if (everywhere) {
    const problems = [problemElsewhere("--everywhere is about a real server; name it")];
    return { ok: false, fault: "text", problems };
  }
  return kind === "disable"
    ? client.disableVirtualServer({ virtualServer, by })
    : client.enableVirtualServer({ virtualServer, by });
}

/** The user who became root, else the user. */
function askedBy(environment: NodeJS.ProcessEnv): string {
  const { SUDO_USER: before = "" } = environment;
  try {
    return before === "" ? userInfo().username : before;
  } catch {
    // A user without an entry in the passwd file has a number alone.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

const done: Readonly<Record<OrderKind, string>> = {
  drain: "gets no new connections",
  disable: "is out of service",
  enable: "is enabled",
};

/** One line for each server. */
export function orderText({ order: kind, changed, unchanged }: MaintenanceReport): string {
  const lines = [
    ...changed.map((server) => `${nameOf(server)} ${done[kind]}`),
    ...unchanged.map((server) => `${nameOf(server)} ${done[kind]} already`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const nameOf = ({ virtual_server, real_server }: NamedServer): string =>
  real_server === null ? virtual_server : `${virtual_server}/${real_server}`;
