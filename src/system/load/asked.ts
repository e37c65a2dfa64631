/** What a question for a load has: whom it goes to, and how long it may take. */
import type { Ms } from "../../model/time.ts";

export interface Asked {
  readonly address: string;
  readonly port: number;
  readonly timeout: Ms;
  /** The question is not asked any more. */
  readonly signal: AbortSignal;
}
