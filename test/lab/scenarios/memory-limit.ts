import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import { daemonKilled, type Fault, faultStory, untouched } from "../faults/fault.ts";
import type { Lab } from "../lab.ts";
import { output } from "../machine/pipe.ts";

/** The lab's own tree of control groups (cgroups(7), version 2), one group a router. */
const tree = "/run/lab/cgroup";
const groupOf = ({ name }: Router): string => `${tree}/${name}`;

async function makeGroups(lab: Lab): Promise<void> {
  mkdirSync(tree, { recursive: true });
  if (!existsSync(`${tree}/cgroup.procs`)) await output("mount", "-t", "cgroup2", "lab", tree);
  writeFileSync(`${tree}/cgroup.subtree_control`, "+memory");
  for (const router of lab.routers) {
    mkdirSync(groupOf(router), { recursive: true });
    router.beforeStart = [`echo $$ >${groupOf(router)}/cgroup.procs`];
  }
}

const used = (router: Router): number =>
  Number(readFileSync(`${groupOf(router)}/memory.current`, "utf8"));

const limit = (router: Router, name: "high" | "max", bytes: number | "max"): void =>
  writeFileSync(`${groupOf(router)}/memory.${name}`, `${bytes}`);

const faults: Record<string, Fault> = {
  pressure: {
    what: "memory pressure: the group of the active daemon is over its memory.high",
    bounds: untouched,
    vips: "stay",
    forMs: 4000,
    strike: (_lab, struck) => limit(struck, "high", Math.floor(used(struck) * 0.9)),
    mend: (_lab, struck) => limit(struck, "high", "max"),
  },
  killed: {
    what: "the active daemon is killed for its group's memory.max",
    // The kernel first takes away what it can: the daemon stands still, and its addresses answer,
    // until the kernel gives up and kills it.
    bounds: { ...daemonKilled, doubled: 3000 },
    vips: "move",
    strike: (_lab, struck) => limit(struck, "max", Math.floor(used(struck) * 0.5)),
    mend: (_lab, struck) => limit(struck, "max", "max"),
  },
};

export default faultStory(
  "memory runs short: slow or killed, the peer takes over in time",
  faults,
  {
    prepare: makeGroups,
    ownMachine: true,
  },
);
