/**
 * What a check costs a router of each product: processor time of all its processes, by the number
 * of checks in that time. One process answers behind a thousand addresses.
 */
import { readdirSync, readFileSync } from "node:fs";
import { KeepalivedRouter } from "../actors/keepalived.ts";
import { destinationsOf, readTable } from "../instruments/ipvs-table.ts";
import { waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import type { Machine } from "../machine/machine.ts";
import { setSysctls } from "../machine/namespace.ts";
import { output } from "../machine/pipe.ts";

export type Kind = "tcp" | "http";

const count = 1000;
/** A thousand checks a second, and half as many that also ask for a page. */
const everySeconds: Readonly<Record<Kind, number>> = { tcp: 1, http: 2 };
/** So long the start is given to end, and so long it is measured, in seconds. */
const calmFor = 5;
const measuredFor = 20;

const hosts = Array.from({ length: count }, (_, at) => `10.99.${at >> 8}.${at & 255}`);

/** Leads the addresses to the first real server, which answers for all of them. */
export async function manyBehindOne(lab: Lab): Promise<void> {
  await output("ip", "-n", "rs1", "route", "add", "local", "10.99.0.0/16", "dev", "lo");
  await lab.startServers();
}

/** In both cases r1 alone is there, so that nothing else is to be done. */
async function leadThere(lab: Lab): Promise<void> {
  const [via = ""] = lab.addresses.realServers;
  await output("ip", "-n", "r1", "route", "add", "10.99.0.0/16", "via", via);
}

/** Microseconds of the processor for each check. */
export async function costOfLvsd(lab: Lab, kind: Kind): Promise<number> {
  await leadThere(lab);
  const every = `${everySeconds[kind]}s`;
  const real_servers = Object.fromEntries(hosts.map((address, at) => [`rs${at}`, { address }]));
  const check = { type: kind, interval: every, timeout: every };
  lab.configurePair({ single: true, web: { check, real_servers } });
  await lab.r1.start();
  await waitFor("lvsd serves all real servers", 120_000, () => {
    const name = `tcp ${lab.addresses.vip}:80`;
    return destinationsOf(lab.r1.table(), name)?.length === count;
  });
  return measured(lab, lab.r1, kind);
}

/** The same of keepalived. */
export async function costOfKeepalived(lab: Lab, kind: Kind): Promise<number> {
  await leadThere(lab);
  const router = new KeepalivedRouter(lab.network, "r1");
  setSysctls(router.name, { "ipv4/ip_forward": 1 });
  const check =
    kind === "tcp"
      ? "TCP_CHECK { connect_timeout 1 }"
      : "HTTP_GET {\n      url {\n        path /\n        status_code 200\n      }\n      connect_timeout 1\n    }";
  const checks = { delayLoop: everySeconds[kind], hosts, check };
  router.configure({ advertInterval: 1, priorities: [100, 90], checks });
  router.start();
  await waitFor("keepalived serves all real servers", 120_000, () => {
    return readTable("r1")[0]?.destinations.length === count;
  });
  return measured(lab, router, kind);
}

async function measured(lab: Lab, machine: Machine, kind: Kind): Promise<number> {
  await lab.elapse(calmFor * 1000);
  const began = lab.now();
  const before = processorMs(machine);
  await lab.elapse(measuredFor * 1000);
  const used = processorMs(machine) - before;
  const checks = (((lab.now() - began) / 1000) * count) / everySeconds[kind];
  return (used * 1000) / checks;
}

/** Of all threads of all processes that run there (the first field of schedstat: ns). */
function processorMs(machine: Machine): number {
  let sum = 0;
  for (const pid of machine.processes())
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [ran = "0"] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
      sum += Number(ran) / 1e6;
    }
  return sum;
}
