import { writeFileSync } from "node:fs";
import { replaceCluster } from "../actors/from-ldirectord.ts";
import { keepTable, killByName } from "../actors/ldirectord.ts";
import { PacemakerRouter } from "../actors/pacemaker.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** What a cib.xml comes to that says nothing of it: dead_after's default. */
const startDelayMs = 3 * 1000;
const settledMs = 2000;

export default scenario({
  title: "lvsd takes the place of ldirectord and Pacemaker under traffic, and gives it back",
  topology: natPair,
  goals: {
    outage: {
      what: "takeover from Pacemaker: client outage",
      unit: "ms",
      atMost: startDelayMs + 3000,
    },
    broken: {
      what: "takeover from Pacemaker: held connections that broke",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  limitSeconds: 900,
  play(lab) {
    const first = new PacemakerRouter(lab.network, "r1");
    const second = new PacemakerRouter(lab.network, "r2");
    const both = [first, second] as const;
    const run = (...argv: string[]): Promise<string> => first.run(...argv);
    const start = async (): Promise<void> => {
      await Promise.all(both.map((each) => each.start()));
    };
    return replaceCluster(lab, {
      name: "Pacemaker",
      async start() {
        for (const each of both) await each.setUp();
        await start();
        lab.say("two nodes of Pacemaker");
      },
      async files() {
        const file = `${first.directory}/cib.xml`;
        writeFileSync(file, await run("cibadmin", "--query"));
        return [`${first.directory}/own/ha.d/ldirectord.cf`, file];
      },
      leave: (theirs) => leave(lab, both, theirs),
      async comeBack() {
        await start();
        await run("crm_attribute", "--name", "maintenance-mode", "--update", "false");
      },
      async end() {
        for (const each of both) await each.stop();
      },
    });
  },
});

/** As docs/migration.md has it. */
async function leave(
  lab: Lab,
  [first, second]: readonly [PacemakerRouter, PacemakerRouter],
  theirs: readonly string[],
): Promise<void> {
  const { r1, r2, addresses } = lab;
  const run = (...argv: string[]): Promise<string> => first.run(...argv);
  lab.say("Pacemaker leaves its resources alone, and stops on both routers");
  await run("crm_attribute", "--name", "maintenance-mode", "--update", "true");
  await waitFor("its resources are unmanaged", 60_000, async () => {
    return /balancer.*\(unmanaged\)/.test(await run("crm_mon", "--one-shot"));
  });
  for (const each of [second, first]) await each.stop();
  await lab.stays(settledMs, "r1 alone holds the VIP", () => {
    return r1.holds(addresses.vip) && !r2.holds(addresses.vip);
  });
  expect(r1.table().length === 1, "ldirectord goes on");
  lab.say("r1: ldirectord is to leave its table, and is killed");
  await keepTable(lab, first.ldirectordCf, run, theirs);
  await killByName(first, "ldirectord");
}
