/** V8's own threads in this process, which compile what runs often. */
import { readdirSync, readFileSync } from "node:fs";
import koffi from "koffi";

const setScheduler: (thread: number, policy: number, parameters: Uint8Array) => number = koffi
  .load("libc.so.6")
  .func("int sched_setscheduler(int pid, int policy, const void *param)");

/** sched.h: SCHED_IDLE, whose `struct sched_param` is one int, 0. */
const idlePolicy = 5;
const noPriority = new Uint8Array(4);

/** The name that V8's platform gives them (proc(5), comm). */
const helperName = "V8Worker";

/**
 * Lets them run only while nobody else wants to (sched(7), SCHED_IDLE). What they do is never
 * urgent, but they have the daemon's priority, and on a machine of one processor a function that is
 * compiled in the middle of a switchover holds it up (for 5 ms in the lab). A nice value would not
 * do: whoever wakes up waits for the one that runs then, if only for a tick.
 */
export function letHelpersWait(): void {
  for (const thread of readdirSync("/proc/self/task")) {
    if (nameOf(thread) === helperName) setScheduler(Number(thread), idlePolicy, noPriority);
  }
}

/** Null for a thread that has just ended. */
function nameOf(thread: string): string | null {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, "latin1").trim();
  } catch {
    return null;
  }
}
