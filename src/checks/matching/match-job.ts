/** What matching.ts and its thread say to each other. */
import type { Sought } from "../../check/pattern.ts";

/** What the thread is asked. */
export interface MatchJob {
  readonly wanted: Sought;
  readonly answer: Uint8Array;
}

/** What the thread says. Faulty: the pattern is none, or too large. */
export type Judged =
  | { readonly kind: "ready"; readonly thread: number }
  | { readonly kind: "judged"; readonly matched: boolean }
  | { readonly kind: "faulty"; readonly why: string };
