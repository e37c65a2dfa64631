/**
 * A check that an operator describes for one try: its keys and values, as in the configuration. It
 * lies over nothing, and names no program and no file: who may try checks must not thereby run
 * programs or read files of the daemon's.
 */
import { Complaints } from "../keys/complaints.ts";
import { type Problem, problemElsewhere } from "../keys/problem.ts";
import { literal } from "../keys/value.ts";
import { type CheckNeed, settleCheck } from "./check-draft.ts";
import type { Checks, VirtualServer } from "./config.ts";
import { checkShape } from "./schema/check.ts";

/** Reads the check from an object of its keys; or every problem. */
export function readTrialCheck(
  given: unknown,
  { protocol }: Pick<VirtualServer, "protocol">,
): Checks | { readonly problems: readonly Problem[] } {
  const complaints = new Complaints();
  const value = literal(given);
  const layer = checkShape.read(value, "check", complaints);
  const needs: CheckNeed[] = [];
  const owner = { path: "check", spot: value, protocol, absolute: (path: string) => path };
  const check =
    layer === undefined
      ? undefined
      : settleCheck([layer], { ...owner, path: "", needs: (need) => needs.push(need) }, complaints);
  const problems = complaints
    .inOrder([])
    .map(({ message, hint }) => problemElsewhere(message, hint));
  const [need] = needs;
  if (need !== undefined) {
    const message = `${need.key}: a check that is tried once names no ${need.names === "file" ? "file" : "program"}`;
    problems.push(problemElsewhere(message, "put it into the configuration"));
  }
  return check === undefined || problems.length > 0 ? { problems } : check;
}
