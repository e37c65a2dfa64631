/** How a command ends: its exit status and the one form in which problems reach people. */

import type { PlanReport, Refusal } from "../control/api.ts";
import { type Problem, printProblem } from "../keys/problem.ts";
import { printable } from "../model/printable.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `done`; `refused`: the daemon is unreachable or refused, or what was asked for does not hold;
 * `invalid`: wrong usage, or a file is missing or invalid; `imported`: something of an imported
 * file was left out, or is suspicious.
 */
export const exit = { done: 0, refused: 1, invalid: 2, imported: 3 } as const;
export type ExitStatus = (typeof exit)[keyof typeof exit];

/** Options that every command has. */
export interface CommonOptions {
  /** The file given with `-c`; null: none was given. */
  readonly config: string | null;
  readonly runDir: string;
}

export interface ReportOptions extends CommonOptions {
  readonly json: boolean;
}

/** Reports problems: as lines on stderr, with `json` also as a document on stdout. */
export function complain(terminal: Terminal, problems: readonly Problem[], json = false): void {
  if (json) terminal.out(`${JSON.stringify({ ok: false, problems })}\n`);
  for (const problem of problems) terminal.error(`lvsd: ${printProblem(printable(problem))}\n`);
}

/** A configuration that is loaded: 1 where a part of it does not hold, which is said on stderr. */
export function loadedWith(
  report: PlanReport,
  terminal: Terminal,
  { json, text }: { readonly json: boolean; readonly text: () => string },
): ExitStatus {
  const problems = report.refused.map(({ text: what, reason }) => ({
    file: null,
    line: null,
    column: null,
    message: `loaded, but this does not hold: ${what}: ${reason}`,
    hint: "everything else is in force; mend it and reload",
  }));
  const failed = problems.length > 0;
  if (json)
    terminal.out(`${JSON.stringify(failed ? { ...report, ok: false, problems } : report)}\n`);
  else terminal.out(text());
  complain(terminal, problems);
  return failed ? exit.refused : exit.done;
}

/** Reports why the daemon refused; the status says whether a file is at fault. */
export function refusedBy(refusal: Refusal, terminal: Terminal, json: boolean): ExitStatus {
  complain(terminal, refusal.problems, json);
  return refusal.fault === "text" ? exit.invalid : exit.refused;
}
