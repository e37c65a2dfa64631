/** What a text would change on both routers, before anything is stored: the console's review. */
import type { Problem } from "../keys/problem.ts";
import type { PlanReport } from "./api.ts";

/** What one router would do with a text. */
export interface Reviewed {
  readonly plan: PlanReport;
  /** What a save without `yes` is refused for: the guard, a parting from the peer. */
  readonly objections: readonly Problem[];
}

/** What the peer would do: `none` has no share in it, `away` gets it when it returns. */
export type PeerReview =
  | { readonly kind: "none" | "away" }
  /** It gave no answer that is understood, as one of an older version. */
  | { readonly kind: "unknown"; readonly why: string }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] }
  | ({ readonly kind: "planned" } & Reviewed);

/** Body of `POST /v1/config/plan`. */
export interface ReviewReport extends PlanReport {
  readonly objections: readonly Problem[];
  readonly peer: PeerReview;
}
