/** A problem in the operator's text: its place, what is wrong, and the way out. */

export interface Problem {
  readonly file: string;
  /** Both count from 1; null where no place in the text is at fault (a missing file). */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly hint: string | null;
}

/** `FILE:LINE:COL: message (hint)`, the one form in which people see a problem. */
export function printProblem(problem: Problem): string {
  const place =
    problem.line === null ? problem.file : `${problem.file}:${problem.line}:${problem.column ?? 1}`;
  return `${place}: ${problem.message}${problem.hint === null ? "" : ` (${problem.hint})`}`;
}
