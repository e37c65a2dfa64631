/**
 * Matches answers against what is looked for, so that no pattern, no text and no answer holds the
 * event loop: what is short and plain at once, everything else in one thread for all checks.
 * Invariants: that thread has one job at a time, none longer than `jobMax`; a job that takes longer
 * ends with the thread, and the next job gets a new one.
 */
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { contains, matchedBytesMax, type Pattern, type Sought } from "../../check/pattern.ts";
import { messageOf } from "../../model/error.ts";
import { printDuration, seconds } from "../../model/time.ts";
import { type Deadline, type Failed, failed } from "../check-result.ts";
import { Compilations } from "./compilations.ts";
import type { Judged, MatchJob } from "./match-job.ts";

/**
 * The largest pattern over the longest answer may take seconds; usual ones take a millisecond. What
 * counts is the thread's time on a processor, so that a busy machine makes no server look bad.
 */
const jobMax = seconds(1);

/**
 * Bytes of text times bytes of answer up to which a search is made at once: 4 ms at worst, which
 * takes a text and an answer made for each other.
 */
const inlineMax = 8 * 1024 * 1024;

/** Bytes of pattern times bytes of answer up to which a plain pattern is matched at once: 5 ms. */
const plainMax = 64 * 1024;

/** Counted repetitions and classes of Unicode compile to far more than their length. */
const isPlain = ({ pattern }: Pattern): boolean => !/\{|\\p/i.test(pattern);

interface Waiting extends MatchJob {
  readonly finish: (end: boolean | Failed) => void;
}

/** Plain patterns that this thread has compiled. */
const compilations = new Compilations();

interface Thread {
  readonly worker: Worker;
  /** Null until it is ready. */
  number: number | null;
}

let thread: Thread | null = null;
let underway: Waiting | null = null;
let limit: NodeJS.Timeout | undefined;
const queue = new Set<Waiting>();

/** Whether `answer` has what is looked for; a failure when that cannot be found out in time. */
export async function matches(
  wanted: Sought,
  answer: Uint8Array,
  deadline: Deadline,
): Promise<boolean | Failed> {
  if (wanted.kind === "text" && wanted.bytes.length * answer.length <= inlineMax)
    return contains(answer, wanted.bytes);
  if (
    wanted.kind === "pattern" &&
    wanted.pattern.length * answer.length <= plainMax &&
    isPlain(wanted)
  )
    return matchInline(wanted, answer);
  return new Promise((resolve) => {
    const end = (result: boolean | Failed): void => {
      deadline.signal.removeEventListener("abort", expire);
      queue.delete(job);
      resolve(result);
    };
    const expire = (): void => {
      const why = underway === job ? "takes too long" : "has to wait for others";
      end(failed("local", `the deadline passed while the answer was searched, which ${why}`));
    };
    // A copy: what is matched must not change, and a slice would send all that it is a slice of.
    const length = wanted.kind === "text" ? answer.length : matchedBytesMax;
    const job = { wanted, answer: Uint8Array.from(answer.subarray(0, length)), finish: end };
    deadline.signal.addEventListener("abort", expire, { once: true });
    queue.add(job);
    next();
  });
}

function matchInline(wanted: Pattern, answer: Uint8Array): boolean | Failed {
  try {
    return compilations.of(wanted)(answer);
  } catch (thrown) {
    return failed("local", messageOf(thrown));
  }
}

/** Gives the thread its next job, unless it has one or is not ready. */
function next(): void {
  const [job] = queue;
  if (underway !== null || job === undefined) return;
  try {
    thread ??= start();
  } catch (thrown) {
    queue.delete(job);
    job.finish(failed("local", `no thread to search answers: ${messageOf(thrown)}`));
    return;
  }
  if (thread.number === null) return;
  queue.delete(job);
  underway = job;
  watch(job, processorTime(thread.number));
  thread.worker.postMessage({ wanted: job.wanted, answer: job.answer } satisfies MatchJob);
}

/** Ends the job, and the thread with it, once the thread has worked for `jobMax` since `began`. */
function watch(job: Waiting, began: number): void {
  limit = setTimeout(() => {
    const now = thread?.number == null ? Number.POSITIVE_INFINITY : processorTime(thread.number);
    if (now - began < jobMax) return watch(job, began);
    const what = `the search of ${job.answer.length} bytes of answer`;
    over(failed("too-long", `${what} took over ${printDuration(jobMax)}`), true);
  }, jobMax);
  limit.unref();
}

/** Ms that a thread of this process has had a processor (schedstat, proc(5)); else this clock's. */
function processorTime(number: number): number {
  try {
    const stat = readFileSync(`/proc/self/task/${number}/schedstat`, "latin1");
    return Number(stat.split(" ")[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

/** Ends the job under way; `lost`: the thread ends with it. */
function over(end: boolean | Failed, lost: boolean): void {
  const job = underway;
  clearTimeout(limit);
  underway = null;
  if (lost) {
    const ended = thread;
    thread = null;
    void ended?.worker.terminate();
  }
  job?.finish(end);
  next();
}

function start(): Thread {
  const worker = new Worker(new URL("./match-worker.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 64, stackSizeMb: 4 },
    env: {},
    execArgv: [],
  });
  const started: Thread = { worker, number: null };
  worker.on("message", (judged: Judged) => {
    if (thread !== started) return;
    if (judged.kind === "ready") {
      started.number = judged.thread;
      next();
    } else over(judged.kind === "judged" ? judged.matched : failed("local", judged.why), false);
  });
  const gone = (why: string): void => {
    if (thread !== started) return;
    const end = failed("local", `the thread that searches answers ended: ${why}`);
    // One that never was ready will not be the next time either: its jobs end now.
    if (started.number === null) for (const job of [...queue]) job.finish(end);
    over(end, true);
  };
  worker.on("error", (thrown) => gone(messageOf(thrown)));
  worker.on("exit", (status) => gone(`status ${status}`));
  // It is no reason for the process to go on; a listener for messages would make it one.
  worker.unref();
  return started;
}
