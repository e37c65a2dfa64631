/**
 * Real time for a process whose words must not be late (sched(7)): while it has something to do,
 * no ordinary program of this machine keeps the processor from it.
 *
 * The loop goes first, then the system's programs that act for it (ip, ipvsadm), then the threads
 * that compile and collect garbage for it: it waits for some of these, and would wait for whatever
 * keeps the processor from them. Checks' and operators' programs are scheduled as any others.
 */
import { readdirSync, readFileSync } from "node:fs";
import { access } from "node:fs/promises";
import { getSystemErrorMessage } from "node:util";
import koffi from "koffi";
import { MachineError } from "../model/error.ts";

const setScheduler = koffi
  .load("libc.so.6")
  .func("int sched_setscheduler(int thread, int policy, const int *priority)") as (
  thread: number,
  policy: number,
  priority: Int32Array,
) => number;

/** linux/sched.h. What is started later is in no real-time class with the flag. */
const [ordinary, roundRobin, resetOnFork] = [0, 2, 0x4000_0000];
const calling = 0;

/** Above 0, of at most 99; among ordinary programs the number means nothing. */
export const priorities = { loop: 3, programs: 2, threads: 1 };

let entered = false;

function schedule(thread: number, policy: number, priority: number): void {
  if (setScheduler(thread, policy, Int32Array.of(priority)) === 0) return;
  // A thread that has ended since it was listed needs nothing.
  if (koffi.errno() === koffi.os.errno.ESRCH) return;
  const why = getSystemErrorMessage(-koffi.errno());
  throw new MachineError(`thread ${thread} cannot be scheduled in real time: ${why}`);
}

/** The highest priority that this process may take (getrlimit(2), RLIMIT_RTPRIO). */
function permitted(): number {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const [, soft = "0"] = /^Max realtime priority\s+(\S+)/m.exec(limits) ?? [];
  return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
}

/**
 * Enters it, with the programs that run already, if this process was given the limit for that;
 * whether it did. Throws MachineError when
 * the kernel refuses although the limit is there: in a container, or on a kernel that shares real
 * time out among groups.
 */
export async function enterRealTime(programs: Iterable<number>): Promise<boolean> {
  if (permitted() < priorities.loop) return false;
  // Those that read files and look up names are started by the first call that needs one.
  await access("/");
  for (const thread of readdirSync("/proc/self/task").map(Number))
    if (thread !== process.pid) schedule(thread, roundRobin, priorities.threads);
  for (const program of programs) schedule(program, roundRobin, priorities.programs);
  schedule(calling, roundRobin | resetOnFork, priorities.loop);
  entered = true;
  return true;
}

/** Takes along a program that was started just now. Throws MachineError. */
export function accompany(program: number): void {
  if (entered) schedule(program, roundRobin, priorities.programs);
}

/** Lets the loop be scheduled as any other program again. Throws MachineError. */
export function leaveRealTime(): void {
  schedule(calling, ordinary | resetOnFork, 0);
  entered = false;
}
