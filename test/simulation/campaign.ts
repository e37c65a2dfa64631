/**
 * Runs many seeds on all processors. Which seed is reported does not depend on who was quicker:
 * it is the lowest that fails, since all below it are run to their end.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { Coverage } from "./coverage.ts";
import type { Spoken } from "./plan.ts";
import type { Outcome, Stretch } from "./stretch.ts";

/** Seeds that a worker takes at a time: some tenths of a second. */
const stretchLength = 250;

export async function campaign(
  from: number,
  runs: number,
  protocol: Spoken = "lvsd",
  workerCount: number = availableParallelism(),
): Promise<Outcome> {
  const coverage = new Coverage();
  let next = from;
  let failed: Outcome["failed"] = null;
  const take = (): Stretch | null => {
    if (next >= from + runs || failed !== null) return null;
    const stretch = { from: next, runs: Math.min(stretchLength, from + runs - next), protocol };
    next += stretch.runs;
    return stretch;
  };
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("./campaign-worker.ts", import.meta.url));
    try {
      for (let stretch = take(); stretch !== null; stretch = take()) {
        worker.postMessage(stretch);
        const [outcome] = (await once(worker, "message")) as [Outcome];
        coverage.add(outcome.counts);
        if (outcome.failed !== null && outcome.failed.seed < (failed?.seed ?? Infinity))
          failed = outcome.failed;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: workerCount }, work));
  return { failed, counts: coverage.counts };
}
