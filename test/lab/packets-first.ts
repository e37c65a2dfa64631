/**
 * The kernel's threads that pass packets on, before all others. The guest is the network as well as
 * the machines on it, on one processor, and its daemons, clients and servers have the priority of
 * lvsd's unit: without this a packet waits until none of them works.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const packetThread = /^(ksoftirqd|ipvs-)/;

/** For those that run now: IPVS has a thread for each of its synchronisation daemons (sched(7)). */
export function passPacketsFirst(): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    if (packetThread.test(readFileSync(`/proc/${pid}/comm`, "utf8")))
      execFileSync("chrt", ["--fifo", "--pid", "1", pid]);
}
