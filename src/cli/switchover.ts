/** `lvsd switchover`: hands the active state to the peer, and waits until it has it. */
import { controlClient } from "../control/client.ts";
import { socketIn } from "./directories.ts";
import { type ExitStatus, exit, type ReportOptions, refusedBy } from "./outcome.ts";
import { length } from "./report/time.ts";
import type { Terminal } from "./terminal.ts";

/** Throws a MachineError where no daemon answers. */
export async function switchover(options: ReportOptions, terminal: Terminal): Promise<ExitStatus> {
  const report = await controlClient(socketIn(options.runDir)).switchover();
  if (!report.ok) return refusedBy(report, terminal, options.json);
  terminal.out(
    options.json
      ? `${JSON.stringify(report)}\n`
      : `the peer is active; handed over in ${length(report.took_ms)}\n`,
  );
  return exit.done;
}
