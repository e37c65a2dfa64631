/** What is known of the real servers' health, as every other part sees it. */
import type { Ms } from "../model/time.ts";

/** product.md's words for a real server. */
export const realServerStates = [
  "checking",
  "up",
  "down",
  "reentry",
  "draining",
  "drained",
  "disabled",
] as const;
export type RealServerState = (typeof realServerStates)[number];

export const virtualServerStates = ["up", "down", "sorry", "panic", "disabled"] as const;
export type VirtualServerState = (typeof virtualServerStates)[number];

/** One try of a check, after it ended. */
export type Outcome =
  | { readonly kind: "passed"; readonly took: Ms }
  | { readonly kind: "failed"; readonly took: Ms; readonly why: string };

/** The key of a real server within a configuration: `web/rs1`. Names hold no slash. */
export type RealServerKey = string;
export const realServerKey = (virtualServer: string, realServer: string): RealServerKey =>
  `${virtualServer}/${realServer}`;

/** How one real server stands now. */
export interface RealServerHealth {
  readonly state: RealServerState;
  /** Weight in the table: 0 for a quiesced one, null when it is not in the table at all. */
  readonly tableWeight: number | null;
}

/** Health of every configured real server, to be looked up. */
export type Health = Pick<ReadonlyMap<RealServerKey, RealServerHealth>, "get">;
