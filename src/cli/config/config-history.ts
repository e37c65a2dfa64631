/** `lvsd config history` and `lvsd config diff`: the configurations that lvsd has replaced. */
import { controlClient } from "../../control/client.ts";
import { printable } from "../../model/printable.ts";
import { socketIn } from "../directories.ts";
import { type ExitStatus, exit, type ReportOptions, refusedBy } from "../outcome.ts";
import { lineDiff } from "../report/line-diff.ts";
import type { Terminal } from "../terminal.ts";

/** Lists them, newest first. Throws a MachineError where no daemon answers. */
export async function history(options: ReportOptions, terminal: Terminal): Promise<ExitStatus> {
  const report = await controlClient(socketIn(options.runDir)).pastConfigs();
  if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
  else {
    const { path, serial, hash, past } = printable(report);
    terminal.out(`now  serial ${serial}  ${hash.slice(0, 12)}  ${path}\n`);
    for (const [at, one] of past.entries())
      terminal.out(
        `${String(at + 1).padStart(3)}  serial ${one.serial}  ${one.hash.slice(0, 12)}  until ${one.at}\n`,
      );
  }
  return exit.done;
}

/** What changed since `back` replacements ago. Throws a MachineError where no daemon answers. */
export async function diff(
  options: ReportOptions & { readonly back: number },
  terminal: Terminal,
): Promise<ExitStatus> {
  const client = controlClient(socketIn(options.runDir));
  const past = await client.pastConfig({ back: options.back });
  if (!past.ok) return refusedBy(past, terminal, options.json);
  const now = await client.config();
  const lines = lineDiff(past.text, now.text);
  if (options.json) {
    const from = { serial: past.serial, hash: past.hash, at: past.at };
    terminal.out(
      `${JSON.stringify({ from, to: { serial: now.serial, hash: now.hash }, lines })}\n`,
    );
  } else {
    terminal.out(`--- serial ${past.serial}, until ${past.at}\n+++ serial ${now.serial}, now\n`);
    for (const line of printable(lines)) terminal.out(`${line}\n`);
  }
  return exit.done;
}
