import { readdirSync, readFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import { daemonKilled, type Fault, faultStory, handedOver } from "../faults/fault.ts";
import type { Lab } from "../lab.ts";
import { output } from "../machine/pipe.ts";

/** From now on every further open, socket or pipe of the daemon's fails with EMFILE. */
async function starve({ pid }: Router): Promise<void> {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let free = 0;
  while (open.has(free)) free += 1;
  await output("prlimit", "--pid", `${pid}`, `--nofile=${free}:`);
}

/** Back to what the daemon may have at most. */
async function feed(_lab: Lab, { pid }: Router): Promise<void> {
  const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
  const hard = /^Max open files +\d+ +(\d+)/m.exec(limits)?.[1] ?? "65536";
  await output("prlimit", "--pid", `${pid}`, `--nofile=${hard}:`);
}

const faults: Record<string, Fault> = {
  active: {
    // Without them it can no longer read its table, so that it is unfit.
    what: "the active router is out of descriptors",
    bounds: handedOver,
    vips: "move",
    strike: (_lab, struck) => starve(struck),
    mend: feed,
  },
  stopped: {
    what: "the active router is out of descriptors and is stopped",
    bounds: handedOver,
    vips: "move",
    async strike(_lab, struck) {
      await starve(struck);
      await struck.stop();
    },
    mend: (_lab, struck) => struck.start(),
  },
  standby: {
    what: "kill -9 of the active daemon while the standby is out of descriptors",
    bounds: daemonKilled,
    on: "standby",
    vips: "move",
    async strike(lab, struck) {
      await starve(struck);
      lab.other(struck).kill();
    },
    mend: feed,
  },
};

export default faultStory(
  "the daemon has no descriptors left: it hands over, stops and takes over all the same",
  faults,
);
