/** Refusals of the control interface that the daemon gives in one sentence, and their count. */

import type { Refusal } from "../control/api.ts";
import { problemElsewhere } from "../keys/problem.ts";

/** What was asked does not hold at present. */
export const refusedNow = (message: string, hint: string | null = null): Refusal => ({
  ok: false,
  fault: "now",
  problems: [problemElsewhere(message, hint)],
});

/** The text of `file` cannot be run. */
export const refusedText = (file: string, message: string): Refusal => ({
  ok: false,
  fault: "text",
  problems: [{ file, line: null, column: null, message, hint: null }],
});

/** One more of this reason; how many there are now. */
export function countUp(counts: Map<string, number>, reason: string): number {
  const count = (counts.get(reason) ?? 0) + 1;
  counts.set(reason, count);
  return count;
}
