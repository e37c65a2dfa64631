/**
 * A router without a configuration takes its first one by starting anew. The command that gave it
 * waits for the next process, so that what the operator types next is answered.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../../control/api.ts";
import type { ControlClient } from "../../control/client.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { complain, type ExitStatus, exit, type ReportOptions } from "../outcome.ts";
import { statusOf } from "../restart.ts";
import type { Terminal } from "../terminal.ts";

/** How often the next process is looked for. */
const lookEveryMs = 50;
/** A start takes half a second; on a busy machine it takes several. */
const patienceMs = 20_000;

/** Whether what is loaded next is this router's first configuration. */
export const isFirst = ({ state }: Status): boolean => state === "unconfigured";

/** Waits for the process after `before`, and reports it; `done`: what was done with the file. */
export async function firstStarted(
  client: ControlClient,
  before: Status,
  done: string,
  { options, terminal }: { readonly options: ReportOptions; readonly terminal: Terminal },
): Promise<ExitStatus> {
  const until = performance.now() + patienceMs;
  let seen = "it has not ended yet";
  while (performance.now() < until) {
    const status = await statusOf(client);
    if (typeof status === "string") seen = status;
    else if (status.started !== before.started) {
      if (!options.json)
        terminal.out(
          `${done}; the daemon runs with it: ${status.role ?? "no role"}, ${status.state}\n`,
        );
      return exit.done;
    }
    await sleep(lookEveryMs);
  }
  const problem = problemElsewhere(`${done}, but no daemon runs with it: ${seen}`);
  complain(terminal, [{ ...problem, hint: "journalctl -u lvsd" }]);
  return exit.refused;
}
