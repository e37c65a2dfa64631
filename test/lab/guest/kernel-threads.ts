/**
 * Threads of the routers' kernels that take in what a peer tells of connections. In a guest they are
 * ordinary programs beside those of all other machines, and behind both routers' loops; a router's
 * own kernel does not wait for other machines.
 */
import { spawnSync } from "node:child_process";

const beforeAll = "60";

/** They go first from now on, as the thread that carries packets does (uml.ts). */
export function hurryIntake(): void {
  if (process.env.LAB_REAL_TIME !== "1") return;
  const { stdout } = spawnSync("pgrep", ["^ipvs-b:"], { encoding: "utf8" });
  // One that has ended since needs nothing.
  for (const thread of stdout.split("\n").filter((line) => line !== ""))
    spawnSync("chrt", ["--fifo", "--pid", beforeAll, thread]);
}
