/**
 * Which of two routers is to hold. Both compute it from what both have said, and get the same.
 *
 * Invariant: the answer does not depend on who asks (the property test swaps the sides).
 */
import type { Role, Unfitness } from "../model/router.ts";
import { compareFitness } from "./fitness.ts";

/** One router as both know it. */
export interface Claimant {
  readonly role: Role;
  /** Whether the other router hears this one. */
  readonly heard: boolean;
  readonly ready: boolean;
  readonly faults: readonly Unfitness[];
  readonly term: number;
  readonly failback: "auto" | "manual";
  readonly suspended: boolean;
}

export interface Ruling {
  readonly survivor: Role;
  readonly why: string;
}

/** Both hold: the survivor is the first that differs in being heard, fitness, order, role. */
export function rulingOnTwoHolders(a: Claimant, b: Claimant): Ruling {
  if (a.heard !== b.heard)
    return { survivor: (a.heard ? a : b).role, why: "who is not heard yields" };
  return rulingByFitness(a, b);
}

/** Nobody holds: the ready one, the fitter one, then by order and role. */
export function rulingOnVacancy(a: Claimant, b: Claimant): Ruling {
  if (a.ready !== b.ready)
    return { survivor: (a.ready ? a : b).role, why: "who is not ready waits" };
  return rulingByFitness(a, b);
}

function rulingByFitness(a: Claimant, b: Claimant): Ruling {
  const fitter = compareFitness(a.faults, b.faults);
  if (fitter !== 0) return { survivor: (fitter > 0 ? a : b).role, why: "the less fit one yields" };
  if (!failsBack(a, b) && a.term !== b.term)
    return { survivor: (a.term > b.term ? a : b).role, why: "the older term yields" };
  return { survivor: "primary", why: "the backup yields" };
}

/** The configurations may differ for a while: both must want it, and no operator must have said no. */
export const failsBack = (a: Claimant, b: Claimant): boolean =>
  a.failback === "auto" && b.failback === "auto" && !a.suspended && !b.suspended;
