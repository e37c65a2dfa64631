/**
 * Whether the lab itself stood still: the machine outside may take its processor away, and then
 * clocks go on, routers sleep, and a failure says nothing.
 */
import { Worker } from "node:worker_threads";

/** A story that failed while the lab stood still for longer than this is told once more. */
export const stillMaxMs = 300;

/** Notices for how long a thread of its own did not run; call the result to end it and hear that. */
export function watchStillness(): () => number {
  const longest = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  const thread = new Worker(new URL("stillness-side.ts", import.meta.url), { workerData: longest });
  return () => {
    void thread.terminate();
    return longest[0] ?? 0;
  };
}
