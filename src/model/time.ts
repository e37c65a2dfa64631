/**
 * Lengths of time and points in time.
 *
 * Knows the two units in which lvsd counts and the way operators write durations. Does not know
 * any clock: an `Instant` comes from `system/process/clock.ts` and is passed down as an argument.
 * Wall-clock time appears in what people read, nowhere else.
 */

declare const lengthBrand: unique symbol;
declare const instantBrand: unique symbol;

/** A length of time in milliseconds; fractions are allowed. */
export type Ms = number & { readonly [lengthBrand]: true };

/**
 * A point on the boot-time clock in milliseconds, fractions included. It never steps and goes on
 * while the machine is suspended (clock_gettime(2), CLOCK_BOOTTIME). Only differences mean
 * anything.
 */
export type Instant = number & { readonly [instantBrand]: true };

export const ms = (milliseconds: number): Ms => milliseconds as Ms;
export const seconds = (count: number): Ms => (count * 1000) as Ms;
export const instant = (milliseconds: number): Instant => milliseconds as Instant;

export const addMs = (at: Instant, length: Ms): Instant => (at + length) as Instant;

/** How long after `earlier` the instant `later` is; negative when it is before. */
export const between = (earlier: Instant, later: Instant): Ms => (later - earlier) as Ms;

/** Null stands for never, here and below. */
export function earliest(...instants: readonly (Instant | null)[]): Instant | null {
  let first: Instant | null = null;
  for (const at of instants) if (at !== null && (first === null || at < first)) first = at;
  return first;
}

/** The earliest of those that are later than `since`. */
export function earliestAfter(
  since: Instant,
  ...instants: readonly (Instant | null)[]
): Instant | null {
  let first: Instant | null = null;
  for (const at of instants)
    if (at !== null && at > since && (first === null || at < first)) first = at;
  return first;
}

const unitLengths = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/**
 * Reads a duration as operators write it: `250ms`, `2s`, `1.5s`, `5m`, `1h`, or a plain number of
 * seconds. Null for anything else; negative lengths do not exist.
 */
export function parseDuration(value: string | number): Ms | null {
  if (typeof value === "number")
    return Number.isFinite(value) && value >= 0 ? seconds(value) : null;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(value.trim());
  if (match === null) return null;
  const unit = (match[2] ?? "s") as keyof typeof unitLengths;
  return ms(Number(match[1]) * unitLengths[unit]);
}

/** The shortest text that `parseDuration` reads back as the same length: `250ms`, `2s`, `5m`, `1h`. */
export function printDuration(length: Ms): string {
  for (const unit of ["h", "m", "s"] as const) {
    if (length !== 0 && length % unitLengths[unit] === 0)
      return `${length / unitLengths[unit]}${unit}`;
  }
  return `${length}ms`;
}
