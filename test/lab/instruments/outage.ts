/**
 * What a client saw, computed from its tries. Pure.
 *
 * A try is one new connection, from the call of connect(2) to the last byte of the answer. It fails
 * when it is refused, reset, or not answered within the client's time-out, which lies below the
 * first retransmission of a SYN (1 s): a lost SYN is a failure and is not smoothed over.
 *
 * The outage is the longest time between two consecutive completions of successful tries: how long
 * nobody was served. It includes one interval between tries, so it is never flattering.
 *
 * The lab's kernel has one processor for routers, clients and servers alike. While it starts or
 * ends a process it may stand still for 200 ms, and a client that cannot run cannot be served. The
 * client notices such stalls by its own timer; the part of a gap that is a stall does not count.
 */

/** A time in which the client's thread did not run. */
export interface Stall {
  readonly from: number;
  readonly until: number;
}

export interface Try {
  /** Monotonic ms. */
  readonly started: number;
  /** When it was answered or failed. */
  readonly ended: number;
  /** Which real server answered; null for a failed try. */
  readonly server: string | null;
  /** `refused`, `reset`, `timeout`, `unreachable`, ...; null for a successful try. */
  readonly failure: string | null;
}

export interface ClientReport {
  readonly tries: number;
  readonly served: number;
  readonly failed: number;
  /** Failures that a RST answered: a connection refused by a machine that is there. */
  readonly refused: number;
  /** ms; the whole span when nothing was served in it. */
  readonly outage: number;
  /** When the outage began, on the lab's clock. */
  readonly outageFrom: number;
  /** ms of all stalls. */
  readonly stalled: number;
  /** ms of the successful tries. */
  readonly latency: { readonly median: number; readonly p99: number; readonly longest: number };
  readonly byServer: Readonly<Record<string, number>>;
  readonly byFailure: Readonly<Record<string, number>>;
}

/** Judges the tries that started between two instants. */
export function judge(
  tries: readonly Try[],
  stalls: readonly Stall[],
  from: number,
  until: number,
): ClientReport {
  const inside = tries.filter((each) => each.started >= from && each.started < until);
  const served = inside.filter((each) => each.failure === null);
  const took = served.map((each) => each.ended - each.started).sort((a, b) => a - b);
  const at = (share: number): number => took[Math.floor((took.length - 1) * share)] ?? 0;
  const byFailure = count(inside.map((each) => each.failure));
  return {
    tries: inside.length,
    served: served.length,
    failed: inside.length - served.length,
    refused: byFailure.refused ?? 0,
    ...longestGap(served, stalls, from, until),
    stalled: stalledBetween(stalls, from, until),
    latency: { median: at(0.5), p99: at(0.99), longest: at(1) },
    byServer: count(served.map((each) => each.server)),
    byFailure,
  };
}

function longestGap(
  served: readonly Try[],
  stalls: readonly Stall[],
  from: number,
  until: number,
): { readonly outage: number; readonly outageFrom: number } {
  // The span's own edges count, so that an outage that has not ended is not overlooked.
  const ends = [from, ...served.map((each) => each.ended).sort((a, b) => a - b), until];
  const gaps = ends.slice(1).map((end, index) => {
    const begin = ends[index] ?? end;
    return end - begin - stalledBetween(stalls, begin, end);
  });
  const outage = Math.max(...gaps);
  return { outage, outageFrom: ends[gaps.indexOf(outage)] ?? from };
}

const stalledBetween = (stalls: readonly Stall[], from: number, until: number): number =>
  stalls.reduce(
    (sum, stall) => sum + Math.max(0, Math.min(stall.until, until) - Math.max(stall.from, from)),
    0,
  );

function count(values: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) if (value !== null) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};
