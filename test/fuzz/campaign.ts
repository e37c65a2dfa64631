/**
 * Fuzzes one reader in a thread: an input that throws, takes too long, never ends or takes too much
 * memory is a finding, with the input that did it.
 */
import { Worker } from "node:worker_threads";

export const readerNames = [
  "configuration",
  "key-file",
  "foreign-files",
  "kernel-tables",
  "names-of-past-files",
  "answers-of-commands",
  "heartbeat",
  "cluster-messages",
  "cluster-frames",
  "check-answers",
  "dns-answers",
  "radius-answers",
  "ntp-answers",
  "redis-answers",
  "grpc-answers",
  "packets",
  "control",
  "channel",
] as const;
export type ReaderName = (typeof readerNames)[number];

export interface Limits {
  readonly seed: number;
  readonly runsMax: number;
  readonly msMax: number;
  /** No input takes so long, whatever else the machine does; tests shorten it. */
  readonly hangMs?: number;
}

export interface Task extends Limits {
  readonly name: string;
  /** Runs, length of the present input, and its bytes: what is left of a thread that hangs. */
  readonly current: SharedArrayBuffer;
}

export interface Finding {
  readonly runs: number;
  readonly slowestMs: number;
  /** Null: nothing was found. `input` is base64. */
  readonly failure: { readonly why: string; readonly input: string } | null;
}

const currentBytes = 8 + 64 * 1024;

const hangMsUsual = 20_000;

/** A reader's own heap; its inputs have at most 64 KiB. */
const heapMegabytesMax = 256;

export async function fuzz(name: string, limits: Limits): Promise<Finding> {
  const { hangMs = hangMsUsual } = limits;
  const current = new SharedArrayBuffer(currentBytes);
  const counter = new Int32Array(current, 0, 2);
  const worker = new Worker(new URL("./fuzz-worker.ts", import.meta.url), {
    workerData: { name, current, ...limits } satisfies Task,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
  });
  const lost = (why: string): Finding => ({
    runs: Atomics.load(counter, 0),
    slowestMs: 0,
    failure: {
      why,
      input: Buffer.from(new Uint8Array(current, 8, counter[1])).toString("base64"),
    },
  });
  let seen = -1;
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const runs = Atomics.load(counter, 0);
      if (runs === seen) end(lost(`no end within ${hangMs} ms`));
      seen = runs;
    }, hangMs);
    const end = (finding: Finding): void => {
      clearInterval(watch);
      resolve(finding);
      void worker.terminate();
    };
    worker.once("message", end);
    worker.once("error", (thrown) => end(lost(String(thrown))));
  });
}
