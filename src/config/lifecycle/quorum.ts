/**
 * How many healthy real servers make a virtual server come up and go down. Pure numbers: what is
 * healthy is health/'s business.
 */

/** Of real servers: so many, or so many percent of them. */
export interface Amount {
  readonly value: number;
  readonly unit: "servers" | "percent";
}

export interface Quorum {
  readonly up: Amount;
  readonly down: Amount;
}

/** From so many healthy ones of `servers` on it is up: a percentage counts up, and is one at least. */
export const upFrom = ({ up }: Quorum, servers: number): number =>
  up.unit === "servers" ? up.value : Math.max(1, Math.ceil((up.value * servers) / 100));

/** With so many healthy ones of `servers` or fewer it is down: a percentage counts down. */
export const downFrom = ({ down }: Quorum, servers: number): number =>
  down.unit === "servers" ? down.value : Math.floor((down.value * servers) / 100);

/** Whether there are numbers of healthy ones at which it stays as it was. */
export const remembers = (quorum: Quorum, servers: number): boolean =>
  upFrom(quorum, servers) - downFrom(quorum, servers) > 1;

/** The real servers that can ever take connections: what a percentage is of. */
export const countedServers = <T extends { readonly active: boolean; readonly weight: number }>(
  servers: readonly T[],
): readonly T[] => servers.filter(({ active, weight }) => active && weight > 0);

export const printAmount = ({ value, unit }: Amount): string =>
  unit === "percent" ? `${value}%` : String(value);
