/**
 * How many healthy real servers, or what weight of them, make a virtual server come up and go down.
 * Pure numbers: what is healthy is health/'s business.
 */

/** A number of what is counted, or a percentage of all of it. */
export interface Amount {
  readonly value: number;
  readonly unit: "number" | "percent";
}

/** What a quorum counts: each real server as one, or as its configured weight. */
export const quorumCounts = ["servers", "weights"] as const;

export interface Quorum {
  readonly count: (typeof quorumCounts)[number];
  readonly up: Amount;
  readonly down: Amount;
}

interface Weighed {
  readonly active: boolean;
  readonly weight: number;
}

/** From so much of `all` on it is up: a percentage counts up, and is one at least. */
export const upFrom = ({ up }: Quorum, all: number): number =>
  up.unit === "number" ? up.value : Math.max(1, Math.ceil((up.value * all) / 100));

/** With so much of `all` or less it is down: a percentage counts down. */
export const downFrom = ({ down }: Quorum, all: number): number =>
  down.unit === "number" ? down.value : Math.floor((down.value * all) / 100);

/** The real servers that can ever take connections: what a percentage is of. */
export const countedServers = <T extends Weighed>(servers: readonly T[]): readonly T[] =>
  servers.filter(({ active, weight }) => active && weight > 0);

/** All that there is to count of these real servers. */
export function allOf({ count }: Pick<Quorum, "count">, servers: readonly Weighed[]): number {
  const counted = countedServers(servers);
  return count === "servers"
    ? counted.length
    : counted.reduce((sum, { weight }) => sum + weight, 0);
}

/** Whether there are amounts at which it stays as it was. */
export function remembers(quorum: Quorum, servers: readonly Weighed[]): boolean {
  const all = allOf(quorum, servers);
  return upFrom(quorum, all) - downFrom(quorum, all) > 1;
}

export const printAmount = ({ value, unit }: Amount): string =>
  unit === "percent" ? `${value}%` : String(value);
