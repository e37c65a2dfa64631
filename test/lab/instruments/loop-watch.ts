/**
 * Loaded into a lab daemon before lvsd itself: how long its event loop was held at most since it
 * was last asked. SIGWINCH asks; the answer, in ms, is written into $LOOP_WATCH.
 */
import { renameSync, writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const everyMs = 2;

function watch(file: string): void {
  let longest = 0;
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - everyMs);
    last = now;
  }, everyMs).unref();
  process.on("SIGWINCH", () => {
    writeFileSync(`${file}.new`, `${longest}`);
    renameSync(`${file}.new`, file);
    longest = 0;
  });
}

const file = process.env.LOOP_WATCH;
if (file !== undefined && isMainThread) watch(file);
