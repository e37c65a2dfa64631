/** What a question for a load has: where it goes, and how long it may take. */
import type { Ms } from "../../model/time.ts";

export interface Asked {
  readonly address: string;
  readonly port: number;
  readonly timeout: Ms;
  /** The question is not asked any more. */
  readonly signal: AbortSignal;
}
