/**
 * A problem in the operator's text: its place, what is wrong, and the way out. Problems are
 * printed, logged and sent to the other router: what a hostile text can make of them is bounded
 * here.
 */
import { clipped } from "../model/printable.ts";

export interface Problem {
  /** Null where no file is at fault: a request that was refused, a state that does not hold. */
  readonly file: string | null;
  /** Both count from 1; null where no place in the text is at fault (a missing file). */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly hint: string | null;
}

/** A problem that lies in no file. */
export const problemElsewhere = (message: string, hint: string | null = null): Problem => ({
  file: null,
  line: null,
  column: null,
  message,
  hint,
});

/** Characters of a message and of a hint. A name has 63, a wrong value is quoted up to 60. */
export const messageCharactersMax = 500;

/** PATH_MAX of limits.h: no file has a longer name. */
const fileCharactersMax = 4096;

/** All problems of one answer, log line or message to the other router, as UTF-16 units. */
export const problemsCharactersMax = 64 * 1024;

/** More than an operator mends in one go; what is left over is counted. */
export const problemsMax = 100;

/** Collects problems within the bounds; counts what goes beyond. */
export class BoundedProblems {
  readonly #problems: Problem[] = [];
  #characters = 0;
  #leftOut = 0;

  get full(): boolean {
    return this.#leftOut > 0 || this.#problems.length >= problemsMax;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  /** Takes a problem, shortened to its bounds, or counts it. */
  add(problem: Problem): void {
    const short = shortened(problem);
    const { file, message, hint } = short;
    const size = (file ?? "").length + message.length + (hint ?? "").length;
    if (this.full || this.#characters + size > problemsCharactersMax) {
      this.leaveOut();
      return;
    }
    this.#characters += size;
    this.#problems.push(short);
  }

  leaveOut(count = 1): void {
    this.#leftOut += count;
  }
}

/** With its texts cut to their bounds. */
export function shortened(problem: Problem): Problem {
  const { file, message, hint } = problem;
  return {
    ...problem,
    file: file === null ? null : clipped(file, fileCharactersMax),
    message: clipped(message, messageCharactersMax),
    hint: hint === null ? null : clipped(hint, messageCharactersMax),
  };
}

/** Says how many problems are not in a list. */
export const furtherProblems = (count: number, file: string | null): Problem => ({
  file,
  line: null,
  column: null,
  message: `${count} further problems are not listed`,
  hint: "mend these first",
});

/** Problems of several judges, of another router say, within the bounds of one list. */
export function bounded(problems: readonly Problem[]): readonly Problem[] {
  const taken = new BoundedProblems();
  for (const problem of problems) taken.add(problem);
  if (taken.leftOut === 0) return taken.problems;
  return [...taken.problems, furtherProblems(taken.leftOut, null)];
}

/** `FILE:LINE:COL: message (hint)`, the one form in which people see a problem. */
export function printProblem(problem: Problem): string {
  const hint = problem.hint === null ? "" : ` (${problem.hint})`;
  if (problem.file === null) return `${problem.message}${hint}`;
  const line = problem.line === null ? "" : `:${problem.line}:${problem.column ?? 1}`;
  return `${problem.file}${line}: ${problem.message}${hint}`;
}

/** Of the problems in one event; a thousand events are kept. */
const shownCharactersMax = 8 * 1024;

/** The problems as an event repeats them: as many as fit, and how many more there are. */
export function shownProblems(problems: readonly Problem[]): readonly string[] {
  const shown: string[] = [];
  let characters = 0;
  for (const problem of problems) {
    const text = printProblem(shortened(problem));
    characters += text.length;
    if (characters > shownCharactersMax && shown.length > 0)
      return [...shown, `${problems.length - shown.length} further problems are not repeated here`];
    shown.push(text);
  }
  return shown;
}
