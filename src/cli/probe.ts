/** `lvsd probe`: one try of each check, and the conversation. */
import type { ProbedServer } from "../control/api.ts";
import { controlClient } from "../control/client.ts";
import { type IpAddress, printEndpoint } from "../model/address.ts";
import { printable } from "../model/printable.ts";
import { socketIn } from "./directories.ts";
import { type ExitStatus, exit, type ReportOptions, refusedBy } from "./outcome.ts";
import { colored, type Paint, plain } from "./report/paint.ts";
import { length } from "./report/time.ts";
import type { Terminal } from "./terminal.ts";

export interface ProbeOptions extends ReportOptions {
  readonly virtualServer: string;
  /** Null: all of the virtual server. */
  readonly realServer: string | null;
  /** Keys of a check to try in place of the configured one; null: that one. */
  readonly check: Readonly<Record<string, unknown>> | null;
}

/** Throws a MachineError where no daemon answers. */
export async function probe(options: ProbeOptions, terminal: Terminal): Promise<ExitStatus> {
  const { virtualServer, realServer, json } = options;
  const check = options.check === null ? null : JSON.stringify(options.check);
  const client = controlClient(socketIn(options.runDir));
  const report = await (realServer === null
    ? client.probeVirtualServer({ virtualServer, check })
    : client.probeRealServer({ virtualServer, realServer, check }));
  if (!report.ok) return refusedBy(report, terminal, json);
  const paint = terminal.colors ? colored : plain;
  const text = () => report.servers.map((server) => serverText(server, paint)).join("\n");
  terminal.out(json ? `${JSON.stringify(report)}\n` : text());
  return report.passed ? exit.done : exit.refused;
}

const signs = { note: "*", sent: ">", heard: "<" } as const;

/** One real server: each check with its conversation and its verdict. */
export function serverText(
  { real_server, address, port, tries }: ProbedServer,
  paint: Paint,
): string {
  const head = `${real_server}  ${printEndpoint(address as IpAddress, port)}\n`;
  if (tries.length === 0) return `${head}  not checked: counts as up\n`;
  const lines = tries.flatMap(({ type, address: at, port: on, steps, passed, took_ms, why }) => [
    `  ${type} to ${printEndpoint(at as IpAddress, on)}`,
    ...steps.flatMap(({ at_ms, kind, text }) =>
      text
        .split("\n")
        .map(
          (line, nth) =>
            `  ${nth === 0 ? `${at_ms.toFixed(1).padStart(8)} ms` : " ".repeat(11)} ${signs[kind]} ${printable(line)}`,
        ),
    ),
    `  ${passed ? paint("good", "passed") : paint("bad", `failed: ${why ?? "no reason"}`)} after ${length(took_ms)}`,
  ]);
  return `${head}${lines.map((line) => `${line}\n`).join("")}`;
}
