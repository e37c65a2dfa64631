/**
 * Slow start: the weight of a real server that returns rises in steps, each of which is one change
 * of the kernel's table. Pure: when a step is due is an instant, not a timer.
 */
import { addMs, between, type Instant, type Ms, ms } from "../model/time.ts";

/** How a weight rises: to `weight`, within `length`, in steps of whole weights or of 1/`scale`. */
export interface RampRules {
  readonly weight: number;
  readonly length: Ms;
  readonly scale?: number;
}

/** A ramp under way. */
export interface Ramp {
  readonly from: Instant;
  /** Steps taken so far, from 0. */
  readonly step: number;
}

/** More steps than these are seen by no client, and each costs the start of a program. */
const stepsMax = 20;
/** No two steps come closer together. */
const stepMin = 250;

/** Steps of a whole ramp; 0: the weight cannot rise in steps, or is not to. */
export const stepsOf = ({ weight, length, scale = 1 }: RampRules): number =>
  Math.max(0, Math.min(stepsMax, weight * scale - 1, Math.floor(length / stepMin)));

/** The weight after so many steps: above 0 at once, whole after the last one, never lower than before. */
export function weightAt(rules: RampRules, step: number): number {
  const steps = stepsOf(rules);
  if (step >= steps) return rules.weight;
  const { weight, scale = 1 } = rules;
  return Math.max(1, Math.ceil((weight * scale * (step + 1)) / (steps + 1))) / scale;
}

/** A ramp that begins at `from`; null where there are no steps. */
export const startRamp = (rules: RampRules, from: Instant): Ramp | null =>
  stepsOf(rules) === 0 ? null : { from, step: 0 };

/** When the next step is due. */
export const nextStepAt = (rules: RampRules, { from, step }: Ramp): Instant =>
  addMs(from, ms(((step + 1) * rules.length) / stepsOf(rules)));

/** The ramp at `now`; null: it is over. */
export function rampAt(rules: RampRules, ramp: Ramp, now: Instant): Ramp | null {
  const steps = stepsOf(rules);
  const elapsed = between(ramp.from, now);
  // A wake-up that comes a hair early is the step that it was meant for.
  const step = Math.max(ramp.step, Math.floor((elapsed * steps) / rules.length + 1e-6));
  if (step >= steps) return null;
  return step === ramp.step ? ramp : { ...ramp, step };
}

/** The ramp that led to this weight in a table that was found; null: none did. */
export function rampFound(rules: RampRules, weight: number, now: Instant): Ramp | null {
  const steps = stepsOf(rules);
  for (let step = 0; step < steps; step++)
    if (weightAt(rules, step) >= weight)
      return weight >= rules.weight
        ? null
        : { from: addMs(now, ms((-step * rules.length) / steps)), step };
  return null;
}

/**
 * What the peer says of a server that is up already: a rise that goes on here goes on by itself,
 * and another one is in that half; null: there is none.
 */
export function toldRamp(
  rules: RampRules,
  own: Ramp | null,
  half: "first" | "second" | null,
  now: Instant,
): Ramp | null {
  if (own !== null || half === null) return own;
  const from = half === "first" ? now : addMs(now, ms(-rules.length / 2));
  const ramp = startRamp(rules, from);
  return ramp === null ? null : rampAt(rules, ramp, now);
}

/** In which half a ramp is. */
export const halfOf = (rules: RampRules, { step }: Ramp): "first" | "second" =>
  step * 2 < stepsOf(rules) ? "first" : "second";
