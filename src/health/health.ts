/** What is known of the real servers' health, as every other part sees it. */
import type { Ms } from "../model/time.ts";

/** What `lvsd status` calls the states of a real server. */
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
export type TryOutcome =
  | {
      readonly kind: "passed";
      readonly took: Ms;
      /** The weight that the check gives the server; left out: the configured one. */
      readonly weight?: number;
    }
  | { readonly kind: "failed"; readonly took: Ms; readonly why: string };

/** The key of a real server within a configuration: `web/rs1`. Names hold no slash. */
export type RealServerKey = string;
export const realServerKey = (virtualServer: string, realServer: string): RealServerKey =>
  `${virtualServer}/${realServer}`;

/** How one real server stands now. */
export interface RealServerHealth {
  readonly state: RealServerState;
  /**
   * The weight that it is to have, in units of the configured one and in steps of 1 or of
   * 1/`weightScale`: 0 for a quiesced one, null when it is not in the table at all.
   */
  readonly tableWeight: number | null;
  /** The weight that a check gives it, whatever is configured; left out: none does. */
  readonly checkedWeight?: number;
  /** What its load monitor multiplies that by; left out: nothing. */
  readonly loadFactor?: number;
  /** Most connections, as its agent says; left out: as configured. */
  readonly connectionsMax?: number;
}

/** How one virtual server stands now. */
export interface VirtualServerHealth {
  readonly state: VirtualServerState;
  /** Why; one line for people. */
  readonly cause: string;
  /** Whether its quorum is there; null while it is disabled. */
  readonly quorate: boolean | null;
  /** The port of the router's own page for it; null: none is served. */
  readonly localPort: number | null;
}

/** Health of every configured real server and virtual server, to be looked up. */
export interface Health {
  get(key: RealServerKey): RealServerHealth | undefined;
  /** Left out: each real server counts by itself. */
  whole?(virtualServer: string): VirtualServerHealth | undefined;
}
