/**
 * The thread of matching.ts: searches answers for texts and patterns, one job after the other. What
 * is compiled is kept, since a check tries the same pattern again and again.
 */
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { parentPort } from "node:worker_threads";
import { compilePattern, contains, type Fits, type Pattern } from "../../check/pattern.ts";
import { messageOf } from "../../model/error.ts";
import type { Judged, MatchJob } from "./match-job.ts";

/** Compiled patterns that are kept: more than one configuration has, few enough for its memory. */
const keptMax = 256;

const kept = new Map<string, Fits>();

function compiled(pattern: Pattern): Fits {
  const key = `${pattern.reads} ${pattern.pattern}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const fits = compilePattern(pattern);
  const [oldest] = kept.keys();
  if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest);
  kept.set(key, fits);
  return fits;
}

function judge({ wanted, answer }: MatchJob): Judged {
  try {
    const matched =
      wanted.kind === "text" ? contains(answer, wanted.bytes) : compiled(wanted)(answer);
    return { kind: "judged", matched };
  } catch (thrown) {
    return { kind: "faulty", why: messageOf(thrown) };
  }
}

/** Its number in /proc/self/task (proc(5)). */
const thread = Number(basename(readlinkSync("/proc/thread-self")));

parentPort?.postMessage({ kind: "ready", thread } satisfies Judged);
parentPort?.on("message", (job: MatchJob) => parentPort?.postMessage(judge(job)));
