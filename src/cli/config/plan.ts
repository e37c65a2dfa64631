/** `lvsd plan`: what a reload of the daemon's file would change; changes nothing. */
import { controlClient } from "../../control/client.ts";
import { socketIn } from "../directories.ts";
import { complain, type ExitStatus, exit, type ReportOptions, refusedBy } from "../outcome.ts";
import { colored, plain } from "../report/paint.ts";
import { printPlan } from "../report/plan.ts";
import type { Terminal } from "../terminal.ts";
import { otherFile } from "./loaded-file.ts";

/** Throws a MachineError where no daemon answers. */
export async function plan(
  options: ReportOptions & { readonly yes: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const client = controlClient(socketIn(options.runDir));
  const problem = await otherFile(options.config, client);
  if (problem !== null) {
    complain(terminal, [problem], options.json);
    return exit.invalid;
  }
  const report = await client.plan({ yes: options.yes });
  if (!report.ok) return refusedBy(report, terminal, options.json);
  const paint = terminal.colors ? colored : plain;
  terminal.out(options.json ? `${JSON.stringify(report)}\n` : printPlan(report, false, paint));
  return exit.done;
}
