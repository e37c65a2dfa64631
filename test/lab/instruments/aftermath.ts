/**
 * What a story must leave behind: nothing. After every scenario the lab stops both daemons and
 * looks: no address but the machine's own, no IPVS service, no sync daemon, no program, no file
 * but those that are documented to stay (docs/failover.md).
 */
import { existsSync, readdirSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import type { Lab } from "../lab.ts";
import { printTable } from "./ipvs-table.ts";

/** What stays in the state directory; a directory stands for what it contains. */
const documented = ["owned-services.json", "config-history", "last-good.json", "maintenance.json"];

/**
 * Stops what runs of lvsd, the standby first; what is left then, one line each. A router without
 * power has no kernel to look into, one on which lvsd never ran is not lvsd's business. A daemon
 * that the story has killed for good leaves its table, which the next one would adopt, and its
 * run directory.
 */
export async function aftermath(lab: Lab): Promise<string[]> {
  const first = lab.routers.filter((router) => !router.holds(lab.addresses.vip));
  const left: string[] = [];
  for (const router of [...first, ...lab.routers.filter((each) => !first.includes(each))]) {
    if (router.running) await router.stop();
    if (router.powered && router.end !== null)
      left.push(...(await leftOn(router)).map((what) => `${router.name}: ${what}`));
  }
  return left;
}

async function leftOn(router: Router): Promise<string[]> {
  const left = (await strangeAddresses(router)).map((address) => `address ${address}`);
  if (router.end?.status === null) return left;
  if (router.end?.status !== 0) left.push(`lvsd ended with status ${router.end?.status}`);
  for (const program of router.end?.left ?? []) left.push(`program ${program}`);
  left.push(...(await leftInIpvs(router)));
  for (const file of readdirSync(router.runDirectory)) left.push(`run/${file}`);
  for (const file of readdirSync(router.stateDirectory))
    if (!documented.includes(file)) left.push(`state/${file}`);
  return left;
}

/** Nothing on a kernel without IPVS, which is a router for failover services. */
async function leftInIpvs(router: Router): Promise<string[]> {
  if (!existsSync("/proc/net/ip_vs")) return [];
  const daemons = (await router.output("ipvsadm", "-L", "--daemon")).trim();
  return [
    ...router.table().map((service) => `service ${printTable([service])}`),
    ...(daemons === "" ? [] : [`sync daemon ${daemons}`]),
  ];
}

interface Device {
  readonly addr_info: readonly { readonly local: string; readonly scope: string }[];
}

/** Addresses beyond those that the machine had from the beginning. */
async function strangeAddresses(router: Router): Promise<string[]> {
  const devices = JSON.parse(await router.output("ip", "-j", "addr", "show")) as Device[];
  const own = router.network.place(router.name).links.map(({ address }) => address.split("/")[0]);
  return devices
    .flatMap((device) => device.addr_info)
    .filter(({ local, scope }) => scope === "global" && !own.includes(local))
    .map(({ local }) => local);
}
