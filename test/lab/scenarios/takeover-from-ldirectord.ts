import { writeFileSync } from "node:fs";
import { replaceCluster } from "../actors/from-ldirectord.ts";
import { HeartbeatRouter } from "../actors/heartbeat.ts";
import { keepTable, killByName } from "../actors/ldirectord.ts";
import { expect } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** ha.cf's deadtime; a router that starts alone claims after three times as much. */
const deadtimeMs = 1000;

export default scenario({
  title: "lvsd takes the place of ldirectord and Heartbeat under traffic, and gives it back",
  topology: natPair,
  goals: {
    outage: {
      what: "takeover from ldirectord: client outage",
      unit: "ms",
      atMost: 3 * deadtimeMs + 3000,
    },
    broken: {
      what: "takeover from ldirectord: held connections that broke",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  limitSeconds: 600,
  play(lab) {
    const first = new HeartbeatRouter(lab.network, "r1");
    const second = new HeartbeatRouter(lab.network, "r2");
    const output = (...argv: string[]): Promise<string> => first.output(...argv);
    return replaceCluster(lab, {
      name: "Heartbeat",
      async start() {
        for (const each of [first, second]) each.configure();
        second.standBy();
        await first.start();
      },
      async files() {
        await importedByHand(lab, first);
        return [first.ldirectordCf, first.haCf, first.haresources];
      },
      async leave(theirs) {
        lab.say("r2 stops Heartbeat");
        await second.stop();
        lab.say("r1: ldirectord is to leave its table; both programs are killed");
        await keepTable(lab, first.ldirectordCf, output, theirs);
        await killByName(first, "heartbeat|ldirectord");
      },
      comeBack: () => first.start(),
      end: () => first.stop(),
    });
  },
});

/** The same table as if it were made by hand. */
async function importedByHand({ r1, addresses }: Lab, from: HeartbeatRouter): Promise<void> {
  const saved = `${from.directory}/table.save`;
  writeFileSync(saved, await r1.output("ipvsadm", "-S", "-n"));
  const read = await r1.lvsd(
    ...["import", saved, "--primary", addresses.routers.r1.public],
    ...["--backup", addresses.routers.r2.public],
  );
  expect([0, 3].includes(read.status), `a saved table is imported: ${read.stderr}`);
  for (const address of [addresses.vip, ...addresses.realServers])
    expect(read.stdout.includes(address), `${address} is in it`);
}
