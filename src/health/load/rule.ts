/**
 * From load to weight. A factor is what the configured weight is multiplied by: 1 is the weight as
 * it is written. Pure: the same loads give the same factors.
 */

/** Bounds of a factor, in percent of the configured weight. */
export interface LoadBounds {
  readonly minPercent: number;
  readonly maxPercent: number;
}

export type LoadRule = "lvsd" | "piranha";

/** Up to this load of each core a machine has room. */
const comfortable = 0.7;
/** A factor moves by this part of the way at a time: one sample alone throws nothing over. */
const pace = 0.5;
/** Smaller differences than this part of the factor are not worth a change of the table. */
const worthwhile = 0.05;

const within = (factor: number, { minPercent, maxPercent }: LoadBounds): number =>
  Math.min(maxPercent / 100, Math.max(minPercent / 100, factor));

/** As factors are kept and sent to the peer, so that both routers round weights alike. */
export const rounded = (factor: number): number => Math.round(factor * 1e6) / 1e6;

/** Both routers know a factor in millionths, in 32 bits. */
export const factorMax = 4000;

/** The next factor after a sample: `load` of each core, or what Piranha's rule takes for it. */
export function nextFactor(
  rule: LoadRule,
  before: number,
  load: number,
  bounds: LoadBounds,
): number {
  return rule === "piranha" ? piranha(before, load, bounds) : damped(before, load, bounds);
}

/** Inverse to the load above what is comfortable; the whole weight below. */
function damped(before: number, load: number, bounds: LoadBounds): number {
  const target = within(load <= comfortable ? 1 : comfortable / load, bounds);
  if (Math.abs(target - before) < worthwhile * before) return before;
  const next = before + (target - before) * pace;
  // The last bit of the way is not made in ever smaller steps.
  return within(Math.abs(target - next) < worthwhile * next ? target : next, bounds);
}

/** Piranha's weights change by a quarter of the configured one at least. */
const piranhaStep = 0.25;

/** Piranha's: never below the configured weight, drifting up while a machine is idle. */
function piranha(before: number, load: number, { maxPercent }: LoadBounds): number {
  const next =
    load < 1
      ? Math.min(maxPercent / 100, before + Math.cbrt(1 - load) / 2)
      : Math.max(1, before - Math.cbrt(load - 1) / 2);
  return Math.abs(next - before) < piranhaStep ? before : next;
}

/** What an agent's percentage means, within the bounds; 0 is meant as it is said. */
export const agentFactor = (percent: number, bounds: LoadBounds): number =>
  percent === 0 ? 0 : rounded(within(percent / 100, bounds));
