/** `lvsd restart`: has the daemon restart on the run, and waits until the next process serves. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RestartReport, Status } from "../control/api.ts";
import { type ControlClient, controlClient } from "../control/client.ts";
import { problemElsewhere } from "../keys/problem.ts";
import { MachineError, messageOf } from "../model/error.ts";
import { socketIn } from "./directories.ts";
import { complain, type ExitStatus, exit, type ReportOptions, refusedBy } from "./outcome.ts";
import { length } from "./report/time.ts";
import type { Terminal } from "./terminal.ts";

/** How often the next process is looked for. */
const lookEveryMs = 25;
/** After the hold the peer has taken over; the process may still come, as a standby. */
const patienceMs = 5000;

/** Throws a MachineError where no daemon answers to begin with. */
export async function restart(options: ReportOptions, terminal: Terminal): Promise<ExitStatus> {
  const client = controlClient(socketIn(options.runDir));
  const began = performance.now();
  const report = await client.restart();
  if (!report.ok) return refusedBy(report, terminal, options.json);
  const why = await waitForNext(client, report, began + report.within_ms + patienceMs);
  const took = performance.now() - began;
  if (why !== null) {
    complain(terminal, [problemElsewhere(why)], options.json);
    return exit.refused;
  }
  const { state } = report;
  terminal.out(
    options.json
      ? `${JSON.stringify({ ok: true, state, took_ms: Math.round(took) })}\n`
      : `restarted; ${state} again after ${length(took)}\n`,
  );
  return exit.done;
}

/** Null once the next process is in the state of the last one; otherwise why it is not. */
async function waitForNext(
  client: ControlClient,
  { started, state }: RestartReport,
  until: number,
): Promise<string | null> {
  let seen = "the daemon has not gone yet";
  while (performance.now() < until) {
    const status = await statusOf(client);
    if (typeof status === "string") seen = status;
    else if (status.started !== started) {
      if (status.state === state) return null;
      seen = `the next process is ${status.state}, not ${state}: ${status.cause}`;
      // It will not become what another is: the peer has taken over.
      if (status.peer?.state === "active" && state === "active") return seen;
    }
    await sleep(lookEveryMs);
  }
  return seen;
}

/** The status, or why there is none: no daemon answers between two processes. */
export async function statusOf(client: ControlClient): Promise<Status | string> {
  try {
    return await client.status();
  } catch (thrown) {
    if (thrown instanceof MachineError) return messageOf(thrown);
    throw thrown;
  }
}
