/** What sharing a configuration needs of the daemon. */
import type { Possessions } from "../../../advice/findings/possessions.ts";
import type { PlanReport, Refusal, RefusedPart } from "../../../control/api.ts";
import type { Reviewed } from "../../../control/review.ts";
import type { Problem } from "../../../keys/problem.ts";
import type { EventBody } from "../../../model/event.ts";
import type { ConfigStore } from "../config-store.ts";
import type { Running, Written } from "../running.ts";
import type { PeerBelief } from "./cluster-lines.ts";

export interface ClusterSyncParts {
  readonly store: ConfigStore;
  /** What is loaded, whether or not it serves. */
  readonly written: () => Written;
  readonly running: () => Running | null;
  /** What the text would be on this machine, guard and bounds judged too. */
  readonly judge: (text: string, rules: JudgeRules) => Promise<Judged>;
  /** What the text would change on this machine, and what speaks against it. */
  /** What this router has that the peer may lack. */
  readonly possessions: () => Promise<Possessions>;
  readonly review: (text: string) => Promise<Reviewed | Refusal>;
  /** What this machine lacks of what the text asks of it; empty: nothing, or it cannot be read. */
  readonly lacks: (text: string) => Promise<readonly Problem[]>;
  readonly load: (next: Running) => Promise<readonly RefusedPart[]>;
  /** The peer as the heartbeat has it. */
  readonly peer: () => PeerBelief;
  /** Runs alone among reloads and savings. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly report: (event: EventBody) => void;
}

export interface JudgeRules {
  /** Passes the guard against removing many real servers. */
  readonly force: boolean;
}

export type Judged =
  | { readonly next: Running; readonly plan: PlanReport }
  | { readonly refusal: Refusal };
