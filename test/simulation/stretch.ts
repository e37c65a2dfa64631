/** Runs seeds one after the other, until one fails. */
import { type Cell, Coverage } from "./coverage.ts";
import type { Spoken } from "./plan.ts";
import { run, type Verdict } from "./run.ts";

export interface Stretch {
  readonly from: number;
  readonly runs: number;
  readonly protocol: Spoken;
}

export interface Outcome {
  /** The lowest seed that failed; null: none. */
  readonly failed: Verdict | null;
  /** What was reached, as far as the runs went. */
  readonly counts: ReadonlyMap<Cell, number>;
}

export function runStretch({ from, runs, protocol }: Stretch): Outcome {
  const coverage = new Coverage();
  for (let seed = from; seed < from + runs; seed++) {
    const verdict = run(seed, { coverage }, protocol);
    if (verdict.violation !== null) return { failed: verdict, counts: coverage.counts };
  }
  return { failed: null, counts: coverage.counts };
}
