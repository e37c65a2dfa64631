/** Stops programs where they stand: SIGSTOP reaches a thread only when it gets to run (signal(7)). */
import { readdirSync, readFileSync } from "node:fs";

/** The processes of a group (proc(5), stat: pgrp). */
export function groupOf(group: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => fieldsOf(`/proc/${pid}/stat`)?.[2] === `${group}`);
}

/** Resolves when every thread of these processes has stopped or ended. */
export async function freeze(pids: readonly number[]): Promise<void> {
  for (const pid of pids)
    try {
      process.kill(pid, "SIGSTOP");
    } catch {
      // ESRCH: it has ended meanwhile.
    }
  while (pids.some(runs)) await new Promise((resolve) => setTimeout(resolve, 1));
}

function runs(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some((thread) => {
      const state = fieldsOf(`/proc/${pid}/task/${thread}/stat`)?.[0];
      return state !== undefined && !/^[TtZX]$/.test(state);
    });
  } catch {
    return false;
  }
}

/** What follows the name, which may hold anything; null: it has ended. */
function fieldsOf(file: string): readonly string[] | null {
  try {
    const stat = readFileSync(file, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
