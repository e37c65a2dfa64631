/**
 * Services that are wanted and that this router's kernel does not take: how many, and whether its
 * peer's kernel takes more of them, which is then a reason to hand over.
 *
 * What both kernels refuse moves nothing, so one's own number says nothing alone; and numbers can
 * be compared only if both routers have long had the same configuration in their tables.
 */
import { addMs, type Instant, type Ms, seconds } from "../model/time.ts";
import { partKeyOf, serviceKeyOf } from "./refusals.ts";
import type { Change, Table } from "./table.ts";

/** A reload reaches both routers, and each tries what is new, within this time. */
export const comparableAfter: Ms = seconds(3);

/** The services of `desired` that serve no client in `table` because of what the kernel refused. */
export function unservedServices(desired: Table, table: Table, refused: readonly Change[]): number {
  if (refused.length === 0) return 0;
  const parts = new Set(refused.map(partKeyOf));
  const services = new Set(refused.map(serviceKeyOf));
  return [...services].filter((key) => {
    const wanted = desired.get(key);
    const found = table.get(key);
    if (wanted === undefined) return false;
    if (found === undefined) return parts.has(key);
    // Of its real servers none is there: only those that were refused can be missing for long.
    return wanted.destinations.size > 0 && found.destinations.size === 0;
  }).length;
}

export interface UnservedState {
  /**
   * Since when the peer serves more than this router, by the same configuration; null: it does
   * not.
   */
  readonly since: Instant | null;
  /** How many more, once that is certain. */
  readonly count: number;
}

export const servesAll: UnservedState = { since: null, count: 0 };

/** What follows from both numbers; `peer` is null where they cannot be compared. */
export function judgeUnserved(
  state: UnservedState,
  own: number,
  peer: number | null,
  now: Instant,
): UnservedState {
  const lead = peer === null ? 0 : own - peer;
  if (lead <= 0) return servesAll;
  const since = state.since ?? now;
  const count = now >= addMs(since, comparableAfter) ? lead : 0;
  return since === state.since && count === state.count ? state : { since, count };
}
