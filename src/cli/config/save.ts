/** `lvsd apply`, `lvsd sync`, `lvsd config rollback`: a configuration for both routers or none. */
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { configBodyBytesMax, type Refusal, type SaveReport } from "../../control/api.ts";
import type { ControlClient } from "../../control/client.ts";
import { readFailure } from "../../system/file/read-failure.ts";
import {
  complain,
  type ExitStatus,
  exit,
  loadedWith,
  type ReportOptions,
  refusedBy,
} from "../outcome.ts";
import { saidWhileWaiting, waitsForBoth } from "../patience.ts";
import { colored, plain } from "../report/paint.ts";
import { printPlan } from "../report/plan.ts";
import type { Terminal } from "../terminal.ts";
import { firstStarted, isFirst } from "./first-start.ts";
import { onDaemonOf } from "./loaded-file.ts";

export interface SaveOptions extends ReportOptions {
  /** Passes the guard against removing many real servers. */
  readonly yes: boolean;
}

/** Stores and loads the text of `file`. Throws a MachineError where no daemon answers. */
export async function apply(
  options: SaveOptions & { readonly file: string },
  terminal: Terminal,
): Promise<ExitStatus> {
  const file = resolve(options.file);
  let text: string;
  try {
    if (statSync(file).size > configBodyBytesMax) throw new Error("it is too large");
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (thrown) {
    const message = readFailure(thrown);
    complain(terminal, [{ file, line: null, column: null, message, hint: null }], options.json);
    return exit.invalid;
  }
  return onDaemonOf(options, terminal, async (client) => {
    const before = await client.status();
    const saved = client.save({ text, yes: options.yes });
    const report = await saidWhileWaiting(saved, terminal, waitsForBoth);
    if (report.ok && isFirst(before)) {
      const done = `serial ${report.serial} stored ${shares[report.peer]}`;
      return firstStarted(client, before, { report, done }, { options, terminal });
    }
    if (report.ok) return reported(report, "stored", options, terminal);
    // The daemon has judged the text in the place of its own file; the operator has it in another.
    const { path } = (await client.status()).config;
    const problems = report.problems.map((each) => (each.file === path ? { ...each, file } : each));
    return refusedBy({ ...report, problems }, terminal, options.json);
  });
}

/** Gives the peer what is loaded here. Throws a MachineError where no daemon answers. */
export const sync = (options: SaveOptions, terminal: Terminal): Promise<ExitStatus> =>
  asked(options, terminal, "given to the peer", (client) => client.sync({ yes: options.yes }));

/** Goes back by `back` replacements. Throws a MachineError where no daemon answers. */
export const rollback = (
  options: SaveOptions & { readonly back: number },
  terminal: Terminal,
): Promise<ExitStatus> =>
  asked(options, terminal, "stored", (client) =>
    client.rollback({ back: options.back, yes: options.yes }),
  );

const asked = (
  options: SaveOptions,
  terminal: Terminal,
  done: string,
  ask: (client: ControlClient) => Promise<SaveReport | Refusal>,
): Promise<ExitStatus> =>
  onDaemonOf(options, terminal, async (client) => {
    const report = await saidWhileWaiting(ask(client), terminal, waitsForBoth);
    if (!report.ok) return refusedBy(report, terminal, options.json);
    return reported(report, done, options, terminal);
  });

const shares: Readonly<Record<SaveReport["peer"], string>> = {
  none: "on this router alone",
  away: "on this router; the peer is dead and catches up when it returns",
  stored: "on both routers",
  unsure: "on this router; the peer's answer was lost: lvsd status shows whether both match",
};

function reported(
  report: SaveReport,
  done: string,
  options: ReportOptions,
  terminal: Terminal,
): ExitStatus {
  const text = (): string => {
    const where = done === "stored" ? ` ${shares[report.peer]}` : "";
    const paint = terminal.colors ? colored : plain;
    const plan = done === "stored" ? printPlan(report, true, paint) : "";
    const form = report.converted === true ? "; Piranha's lvs.cf is written as YAML" : "";
    return `serial ${report.serial} ${done}${where}${form}\n${plan}`;
  };
  return loadedWith(report, terminal, { json: options.json, text });
}
