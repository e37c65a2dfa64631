/** Who is active: the failover machine. Pure; time is an argument. */

import type { Fault, Role, RouterState } from "../model/router.ts";
import type { Instant, Ms } from "../model/time.ts";
import type { Effect, Input, Start } from "./protocol.ts";

/** The machine's memory. Read it through the functions of this file and of status.ts. */
export interface Router {
  readonly role: Role;
  readonly state: RouterState;
  /** When and why the state was entered. */
  readonly since: Instant;
  readonly cause: string;
  /** Own faults, the gravest first: those from outside, then `claim` and those held down. */
  readonly faults: readonly Fault[];
}

export interface Step {
  readonly router: Router;
  readonly effects: readonly Effect[];
}

/** A router that has just been started. The first `wake` is due at once. */
export declare function start(begin: Start, now: Instant): Router;

/** Feeds one input. Never throws for anything that a stranger or the machine did. */
export declare function step(router: Router, input: Input, now: Instant): Step;

/** When `step` wants a wake at the latest; null only after `stopped`. */
export declare function wakeAt(router: Router): Instant | null;

/** What `lvsd status` says about the automatic failback. */
export declare function failbackStatus(
  router: Router,
  now: Instant,
): {
  readonly mode: "auto" | "manual";
  readonly blocked_by: string | null;
  readonly in_ms: Ms | null;
};
