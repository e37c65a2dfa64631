/** `lvsd reload [--yes]`: has the daemon load its file again, and says what that changed. */
import { type ExitStatus, loadedWith, type ReportOptions, refusedBy } from "../outcome.ts";
import { saidWhileWaiting, waitsForJudgement } from "../patience.ts";
import { colored, plain } from "../report/paint.ts";
import { printPlan } from "../report/plan.ts";
import type { Terminal } from "../terminal.ts";
import { firstStarted, isFirst } from "./first-start.ts";
import { onDaemonOf } from "./loaded-file.ts";

/** Throws a MachineError where no daemon answers. */
export const reload = (
  options: ReportOptions & { readonly yes: boolean },
  terminal: Terminal,
): Promise<ExitStatus> =>
  onDaemonOf(options, terminal, async (client) => {
    const before = await client.status();
    const loaded = client.reload({ yes: options.yes });
    const report = await saidWhileWaiting(loaded, terminal, waitsForJudgement);
    if (!report.ok) return refusedBy(report, terminal, options.json);
    if (isFirst(before))
      return firstStarted(client, before, { report, done: "loaded" }, { options, terminal });
    const paint = terminal.colors ? colored : plain;
    const text = (): string => printPlan(report, true, paint);
    return loadedWith(report, terminal, { json: options.json, text });
  });
