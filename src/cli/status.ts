/** `lvsd status [--watch]`: what the daemon says of itself, its peer and its servers. */
import { setTimeout as sleep } from "node:timers/promises";
import { controlClient } from "../control/client.ts";
import { MachineError } from "../model/error.ts";
import { socketIn } from "./directories.ts";
import { type ExitStatus, exit, type ReportOptions } from "./outcome.ts";
import { colored, plain } from "./report/paint.ts";
import { statusReport } from "./report/status.ts";
import type { Terminal } from "./terminal.ts";

/** How often `--watch` looks. */
const watchMs = 1000;

/** Top left, and nothing below what is written next: redraws without a flicker. */
const home = "\x1b[H\x1b[J";

/** Throws a MachineError where no daemon answers; `watch` goes on once it had an answer. */
export async function status(
  options: ReportOptions & { readonly watch: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const client = controlClient(socketIn(options.runDir));
  const paint = terminal.colors ? colored : plain;
  const read = async (): Promise<string> => {
    const body = await client.status();
    return options.json ? `${JSON.stringify(body)}\n` : statusReport(body, Date.now(), paint);
  };
  const first = await read();
  if (!options.watch) {
    terminal.out(first);
    return exit.done;
  }
  const stop = terminal.untilStopped();
  const redraw = terminal.interactive && !options.json;
  for (let text = first; !stop.aborted; text = await read().catch(gone)) {
    terminal.out(redraw ? `${home}${text}` : text);
    await sleep(watchMs, undefined, { signal: stop }).catch(() => {});
  }
  return exit.done;
}

/** While the daemon restarts, the watch says so and looks again. */
function gone(error: unknown): string {
  if (error instanceof MachineError) return `lvsd: ${error.message}\n`;
  throw error;
}
