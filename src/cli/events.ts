/** `lvsd events [-f]`: what happened, newest last; with `-f` also what happens. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlClient, controlClient } from "../control/client.ts";
import { MachineError } from "../model/error.ts";
import type { LvsdEvent } from "../model/event.ts";
import { socketIn } from "./directories.ts";
import { type ExitStatus, exit, type ReportOptions } from "./outcome.ts";
import { eventLine } from "./report/events.ts";
import { colored, plain } from "./report/paint.ts";
import type { Terminal } from "./terminal.ts";

/** How long to wait before looking for a daemon that went away. */
const againMs = 500;

/** Throws a MachineError where no daemon answers; `follow` waits for it to come back later. */
export async function events(
  options: ReportOptions & { readonly follow: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const client = controlClient(socketIn(options.runDir));
  const paint = terminal.colors ? colored : plain;
  const show = (event: LvsdEvent): void =>
    terminal.out(`${options.json ? JSON.stringify(event) : eventLine(event, paint)}\n`);
  if (options.follow) await follow(client, show, terminal);
  else for (const event of await client.history()) show(event);
  return exit.done;
}

async function follow(
  client: ControlClient,
  show: (event: LvsdEvent) => void,
  terminal: Terminal,
): Promise<void> {
  const stop = terminal.untilStopped();
  /** The last event shown; a stream that starts again repeats the history up to it. */
  let last: string | null = null;
  let connected = false;
  while (!stop.aborted) {
    let history = true;
    try {
      for await (const batch of client.follow(stop)) {
        for (const event of history ? after(last, batch) : batch) {
          show(event);
          last = JSON.stringify(event);
        }
        history = false;
        connected = true;
      }
    } catch (error) {
      if (!connected || !(error instanceof MachineError)) throw error;
    }
    if (!history && !stop.aborted) terminal.error("lvsd: the daemon is gone; waiting for it\n");
    await sleep(againMs, undefined, { signal: stop }).catch(() => {});
  }
}

/** What follows the event that was shown last; all of it where that event is not remembered. */
const after = (last: string | null, batch: readonly LvsdEvent[]): readonly LvsdEvent[] =>
  batch.slice(batch.findLastIndex((event) => JSON.stringify(event) === last) + 1);
