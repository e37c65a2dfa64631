/** The thread of campaign.ts: runs one reader until its time or its runs are over. */
import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import { byteReaders } from "./byte-readers.ts";
import type { Finding, Task } from "./campaign.ts";
import { checkReaders } from "./check-readers.ts";
import { inputOf, mutation, piecesOf } from "./mutation.ts";
import { plantedReaders } from "./planted-readers.ts";
import type { Readers } from "./reader.ts";
import { socketReaders } from "./socket-readers.ts";
import { textReaders } from "./text-readers.ts";

/** Processor time of one input of at most 64 KiB, on a slow machine. */
const inputMsMax = 2000;

const { name, seed, runsMax, msMax, current } = workerData as Task;
const readers: Readers = {
  ...textReaders,
  ...byteReaders,
  ...checkReaders,
  ...socketReaders,
  ...plantedReaders,
};
const reader = await (readers[name] ?? (() => Promise.reject(new Error(`no reader ${name}`))))();
const counter = new Int32Array(current, 0, 2);
const room = new Uint8Array(current, 8);

const busyMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

let runs = 0;
let slowestMs = 0;
const property = fc.asyncProperty(mutation, async (made) => {
  const bytes = inputOf(made, reader.samples);
  room.set(bytes);
  counter[1] = bytes.length;
  Atomics.add(counter, 0, 1);
  const before = busyMs();
  await reader.read(bytes, piecesOf(bytes, made.cuts));
  const took = busyMs() - before;
  runs += 1;
  slowestMs = Math.max(slowestMs, took);
  if (took > inputMsMax) throw new Error(`an input of ${bytes.length} bytes took ${took} ms`);
});
const result = await fc.check(property, {
  seed,
  numRuns: runsMax,
  interruptAfterTimeLimit: msMax,
  markInterruptAsFailure: false,
});
await reader.close?.();
const [found] = result.counterexample ?? [];
const finding: Finding = {
  runs,
  slowestMs,
  failure:
    found === undefined
      ? null
      : {
          why: String(result.errorInstance ?? "failed"),
          input: Buffer.from(inputOf(found, reader.samples)).toString("base64"),
        },
};
parentPort?.postMessage(finding);
