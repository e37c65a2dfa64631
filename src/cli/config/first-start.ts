/**
 * A router without a configuration takes its first one by starting anew. The command that gave it
 * waits for the next process, so that what the operator types next is answered.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { PlanReport, SaveReport, Status } from "../../control/api.ts";
import type { ControlClient } from "../../control/client.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { type Ms, ms } from "../../model/time.ts";
import { complain, type ExitStatus, exit, type ReportOptions } from "../outcome.ts";
import { saidWhileWaiting, waitsForStart } from "../patience.ts";
import { statusOf } from "../restart.ts";
import type { Terminal } from "../terminal.ts";

/** How often the next process is looked for. */
const lookEveryMs = 50;
/** A start takes half a second; on a busy machine it takes several. */
const patienceUsual = ms(20_000);

/** Whether what is loaded next is this router's first configuration. */
export const isFirst = ({ state }: Status): boolean => state === "unconfigured";

/** How a first configuration was taken. */
export interface FirstTaken {
  /** The daemon's answer, which `--json` prints. */
  readonly report: PlanReport | SaveReport;
  /** What was done with the file. */
  readonly done: string;
}

/** Waits for the process after `before`, for `patience` at most, and reports it. */
export async function firstStarted(
  client: ControlClient,
  before: Status,
  { report, done }: FirstTaken,
  {
    options,
    terminal,
    patience = patienceUsual,
  }: { readonly options: ReportOptions; readonly terminal: Terminal; readonly patience?: Ms },
): Promise<ExitStatus> {
  const started = nextAfter(client, before, patience);
  const next = await saidWhileWaiting(started, terminal, waitsForStart);
  if (typeof next !== "string") {
    const words = `${done}; the daemon runs with it: ${next.role ?? "no role"}, ${next.state}`;
    terminal.out(`${options.json ? JSON.stringify(report) : words}\n`);
    return exit.done;
  }
  const what = problemElsewhere(`${done}, but no daemon runs with it: ${next}`);
  const problems = [{ ...what, hint: "journalctl -u lvsd" }];
  if (options.json) terminal.out(`${JSON.stringify({ ...report, ok: false, problems })}\n`);
  complain(terminal, problems);
  return exit.refused;
}

/** The status of the next process, or why there is none. */
async function nextAfter(
  client: ControlClient,
  before: Status,
  patience: Ms,
): Promise<Status | string> {
  const until = performance.now() + patience;
  let seen = "it has not ended yet";
  while (performance.now() < until) {
    const status = await statusOf(client);
    if (typeof status === "string") seen = status;
    else if (status.started !== before.started) return status;
    await sleep(lookEveryMs);
  }
  return seen;
}
