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
import { MachineError } from "../../model/error.ts";
import { setScheduler, whyNot } from "../libc.ts";

/** linux/sched.h. What is started later is in no real-time class with the flag. */
const ordinary = 0;
const roundRobin = 2;
const resetOnFork = 0x4000_0000;
const calling = 0;

/** Above 0, of at most 99; among ordinary programs the number means nothing. */
export const priorities = { loop: 3, programs: 2, threads: 1 };

let entered = false;

/** Whether the kernel did it; whyNot() says why not. */
const schedule = (thread: number, policy: number, priority: number): boolean =>
  setScheduler(thread, policy, Int32Array.of(priority)) === 0;

/** The highest priority that this process may take (getrlimit(2), RLIMIT_RTPRIO). */
function permitted(): number {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const [, soft = "0"] = /^Max realtime priority\s+(\S+)/m.exec(limits) ?? [];
  return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
}

/**
 * Enters it, with the programs that run already, if this process was given the limit for that;
 * whether it did. Throws MachineError when the kernel refuses although the limit is there: in a
 * container, or on a kernel that shares real time out among groups; then nothing has changed.
 */
export async function enterRealTime(programs: Iterable<number>): Promise<boolean> {
  if (permitted() < priorities.loop) return false;
  // Threads that read files and look up names are started by the first call that needs one.
  await access("/");
  if (!schedule(calling, roundRobin | resetOnFork, priorities.loop)) {
    const why = whyNot();
    throw new MachineError(`the loop cannot be scheduled in real time: ${why}`);
  }
  entered = true;
  // One that has ended since it was listed needs nothing, so an answer of no is none to act on.
  for (const program of programs) accompany(program);
  for (const thread of readdirSync("/proc/self/task").map(Number))
    if (thread !== process.pid) schedule(thread, roundRobin, priorities.threads);
  return true;
}

/** Takes along a program that was started just now; one that may not come goes on as it is. */
export function accompany(program: number): void {
  if (entered) schedule(program, roundRobin, priorities.programs);
}

/** Lets the loop be scheduled as any other program again, or leaves it as it is. */
export function leaveRealTime(): void {
  schedule(calling, ordinary | resetOnFork, 0);
  entered = false;
}
