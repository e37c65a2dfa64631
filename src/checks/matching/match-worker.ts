/**
 * The thread of matching.ts: searches answers for texts and patterns, one job after the other.
 */
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { parentPort } from "node:worker_threads";
import { contains } from "../../check/pattern.ts";
import { messageOf } from "../../model/error.ts";
import { Compilations } from "./compilations.ts";
import type { Judged, MatchJob } from "./match-job.ts";

const compilations = new Compilations();

function judge({ wanted, answer }: MatchJob): Judged {
  try {
    const matched =
      wanted.kind === "text" ? contains(answer, wanted.bytes) : compilations.of(wanted)(answer);
    return { kind: "judged", matched };
  } catch (thrown) {
    return { kind: "faulty", why: messageOf(thrown) };
  }
}

/** Its number in /proc/self/task (proc(5)). */
const thread = Number(basename(readlinkSync("/proc/thread-self")));

parentPort?.postMessage({ kind: "ready", thread } satisfies Judged);
parentPort?.on("message", (job: MatchJob) => parentPort?.postMessage(judge(job)));
