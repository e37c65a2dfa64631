/** What of a check differs from one real server to the next, filled in as its type says. */
import { typeNamed } from "../check/check-types.ts";
import type { Served } from "../check/type.ts";
import type { Checks, TriedCheck } from "./config.ts";

/** The check of one real server that serves a virtual server. */
export function servedCheck(check: Checks, by: Served): Checks {
  if (check.type === "none") return check;
  if (check.type !== "several") return filledIn(check, by);
  return { ...check, checks: check.checks.map((one) => filledIn(one, by)) };
}

const filledIn = (check: TriedCheck, by: Served): TriedCheck =>
  // A type fills in values of its own checks, and gives back such a value.
  (typeNamed(check.type).served?.(check, by) ?? check) as TriedCheck;
