/** `lvsd plan`: what a reload of the daemon's file would change; changes nothing. */
import { type ExitStatus, exit, type ReportOptions, refusedBy } from "../outcome.ts";
import { saidWhileWaiting, waitsForJudgement } from "../patience.ts";
import { colored, plain } from "../report/paint.ts";
import { printPlan } from "../report/plan.ts";
import type { Terminal } from "../terminal.ts";
import { onDaemonOf } from "./loaded-file.ts";

/** Throws a MachineError where no daemon answers. */
export const plan = (
  options: ReportOptions & { readonly yes: boolean },
  terminal: Terminal,
): Promise<ExitStatus> =>
  onDaemonOf(options, terminal, async (client) => {
    const planned = client.plan({ yes: options.yes });
    const report = await saidWhileWaiting(planned, terminal, waitsForJudgement);
    if (!report.ok) return refusedBy(report, terminal, options.json);
    const paint = terminal.colors ? colored : plain;
    terminal.out(options.json ? `${JSON.stringify(report)}\n` : printPlan(report, false, paint));
    return exit.done;
  });
