/**
 * Whether the lab itself stood still: the machine outside may take its processor away, and then
 * clocks go on, routers sleep, and a failure says nothing.
 */
import { Worker } from "node:worker_threads";

/** A story that failed while the lab stood still for longer than this is told once more. */
export const stillMaxMs = 300;

/**
 * Notices for how long a thread of its own, which looks every so many ms, did not run; call the
 * result to end it and hear that.
 */
export function watchStillness(everyMs = 10): () => number {
  const longest = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  const url = new URL("stillness-side.ts", import.meta.url);
  const thread = new Worker(url, { workerData: { longest, everyMs } });
  return () => {
    void thread.terminate();
    return longest[0] ?? 0;
  };
}
