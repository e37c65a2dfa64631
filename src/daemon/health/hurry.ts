/**
 * Tries of a probe that do not wait for its grid: something hints that its real server is gone, or
 * a failed one is repeated sooner (`fall_interval`).
 *
 * One try at once; where it fails, the next ones follow until one passes or as many have failed as
 * the most patient nanny wants (`fall`). So a server that is gone is down without a wait, and one
 * that is there is asked once more than usual.
 */
import type { Rhythm } from "../../check/type.ts";
import type { Tried } from "../../checks/check.ts";
import { addMs, type Instant, ms } from "../../model/time.ts";
import type { Hurried, Probe } from "./probe.ts";

/** As in `Hurry`. */
const pauseMax = ms(10);
/** All the tries that follow wait as much together at most, so that a crash is noticed in time. */
const pausesMax = ms(30);

/** Begins, or joins one that is under way. `fall`: of the most patient nanny. */
export function beginHurry(
  probe: Probe,
  fall: number,
  now: Instant,
  ended: (how: Hurried) => void,
): void {
  const waiting = probe.hurry?.ended ?? [];
  const pause = ms(Math.min(pauseMax, pausesMax / Math.max(1, fall - 1)));
  probe.hurry = { since: now, left: fall, pause, ended: [...waiting, ended] };
}

/** Takes a result into account; when the next try is due, null: when the grid says. */
export function hurriedNext(
  probe: Probe,
  started: Instant,
  tried: Tried,
  now: Instant,
): Instant | null {
  const { hurry } = probe;
  if (hurry === null) return null;
  if (started < hurry.since) return now;
  if (tried.kind === "passed") endHurry(probe, "passed");
  else if (tried.reason === "local") endHurry(probe, "unknown");
  else if (hurry.left <= 1) endHurry(probe, "failed");
  else {
    probe.hurry = { ...hurry, left: hurry.left - 1 };
    return addMs(now, hurry.pause);
  }
  return null;
}

/** Ends it, if there is one; later than the caller's own work. */
export function endHurry(probe: Probe, how: Hurried): void {
  const { hurry } = probe;
  probe.hurry = null;
  for (const ended of hurry?.ended ?? []) queueMicrotask(() => ended(how));
}

/** Makes an end of what a probe does and plans. */
export function halt(probe: Probe): void {
  endHurry(probe, "unknown");
  probe.next?.cancel();
  probe.next = null;
  probe.stop?.abort();
}

/**
 * When a failed try is repeated, after `failures` in a row of `fall`; null: with the others. A
 * server that is down is tried as often as any other.
 */
export const repeatedAt = (
  { fallInterval }: Pick<Rhythm, "fallInterval">,
  { failures, fall }: { readonly failures: number; readonly fall: number },
  started: Instant,
): Instant | null =>
  fallInterval === undefined || failures === 0 || failures >= fall
    ? null
    : addMs(started, fallInterval);

/** Counts a result of the probe; when its next try follows ahead of the grid, or null. */
export function nextRepeat(
  probe: Probe,
  started: Instant,
  tried: Tried,
  fall: () => number,
): Instant | null {
  if (tried.kind === "passed") probe.failures = 0;
  else if (tried.reason !== "local") probe.failures += 1;
  const { check, failures } = probe;
  if (check.fallInterval === undefined || failures === 0) return null;
  return repeatedAt(check, { failures, fall: fall() }, started);
}
