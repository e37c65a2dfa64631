/** The weight of a real server that has traffic: as configured or as a check gives it, and its ramp. */
import type { CheckStanding } from "./check-standing.ts";
import type { RealServerHealth } from "./health.ts";
import { type Ramp, type RampRules, weightAt } from "./ramp.ts";

/** `rules`: of the configured weight; `ramp`: null where none is under way. */
export function weightOf(
  rules: RampRules,
  parts: readonly CheckStanding[],
  ramp: Ramp | null,
): Pick<RealServerHealth, "tableWeight" | "checkedWeight"> {
  // The lowest that a check gives, since each of them knows a reason of its own.
  const given = parts.flatMap(({ weight }) => weight ?? []);
  const checked = given.length === 0 ? {} : { checkedWeight: Math.min(...given) };
  const weight = checked.checkedWeight ?? rules.weight;
  const ramped = ramp !== null && weight > 0;
  return { tableWeight: ramped ? weightAt({ ...rules, weight }, ramp.step) : weight, ...checked };
}
