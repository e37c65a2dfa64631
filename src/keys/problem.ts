/** A problem in the operator's text: its place, what is wrong, and the way out. */

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

/** `FILE:LINE:COL: message (hint)`, the one form in which people see a problem. */
export function printProblem(problem: Problem): string {
  const hint = problem.hint === null ? "" : ` (${problem.hint})`;
  if (problem.file === null) return `${problem.message}${hint}`;
  const line = problem.line === null ? "" : `:${problem.line}:${problem.column ?? 1}`;
  return `${problem.file}${line}: ${problem.message}${hint}`;
}
