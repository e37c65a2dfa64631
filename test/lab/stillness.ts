/**
 * Whether the lab itself stood still: the machine outside may take its processor away, and then
 * clocks go on, routers sleep, and a failure says nothing.
 */
import { now } from "./clock.ts";

/** A story that failed while the lab stood still for longer than this is told once more. */
export const stillMaxMs = 300;

/** Notices for how long this thread did not run; call the result to end it and hear the longest. */
export function watchStillness(): () => number {
  let longest = 0;
  let last = now();
  const timer = setInterval(() => {
    longest = Math.max(longest, now() - last);
    last = now();
  }, 10);
  return () => {
    clearInterval(timer);
    return longest;
  };
}
