import { readFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** The product's figure is after 10 minutes; the tests watch for less. */
const minutes = Number(process.env.LAB_MINUTES ?? "0.5");

/** What of malloc's heap is in memory (proc(5), smaps), in MiB: 17 if nothing is given back. */
const heapOf = (pid: number): number =>
  Number(/\[heap\]\n(?:.+\n)*?Rss:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps`, "utf8"))?.[1]) /
  1024;

export default scenario({
  title: "100 nannies: at most 110 MiB of memory, with tables kept on both routers",
  topology: natPair,
  goals: {
    active: {
      what: `RSS of the active router, 100 nannies, ${minutes} min`,
      unit: "MiB",
      atMost: 110,
      exact: true,
    },
    heap: {
      what: "of the active router's, malloc's own, which is given back",
      unit: "MiB",
      atMost: 12,
      exact: true,
    },
    standby: { what: `RSS of the standby, ${minutes} min`, unit: "MiB", atMost: 110, exact: true },
  },
  limitSeconds: 120 + minutes * 60,
  async play(lab) {
    const { realServers, vip } = lab.addresses;
    const check = { type: "http", path: "/", interval: "2s", timeout: "1s" };
    const real_servers = Object.fromEntries(
      Array.from({ length: 99 }, (_, index) => [
        `rs${index}`,
        { address: realServers[index % 3], port: 8000 + Math.floor(index / 3) },
      ]),
    );
    const ports = Array.from({ length: 33 }, (_, index) => 8000 + index);
    await lab.startServersOn([80, ...ports]);
    const web = { real_servers: { rs1: { address: realServers[0] } } };
    const many = { address: `${vip}/24`, device: "eth0", port: 81, check, real_servers };
    lab.configurePair({ check, web, virtualServers: { many } });
    await Promise.all([lab.r1.start(), lab.r2.start()]);
    await lab.r1.reaches("active", 15_000);
    const whole = async (router: Router) =>
      destinationsOf(await router.longTable(), `tcp ${vip}:81`)?.length === 99;
    for (const router of lab.routers)
      await waitFor("99 real servers are up", 20_000, () => whole(router), 200);
    const rss = (pid: number) =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
    const active = rss(lab.r1.pid);
    const standby = rss(lab.r2.pid);
    lab.say(`at the start: ${active.toFixed(1)} and ${standby.toFixed(1)} MiB`);
    await lab.stays(minutes * 60_000, "99 real servers stay up", () => whole(lab.r2), 1000);
    return { active: rss(lab.r1.pid), heap: heapOf(lab.r1.pid), standby: rss(lab.r2.pid) };
  },
});
