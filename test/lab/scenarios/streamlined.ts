import { Client } from "../actors/client.ts";
import { prepareServer } from "../actors/prepared-server.ts";
import { RealServer } from "../actors/real-server.ts";
import type { Router } from "../actors/router.ts";
import { answering } from "../instruments/answering.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { addFarClient, far, farLeaves, farMachine } from "../machine/far-client.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const check = { type: "tcp", interval: "500ms", timeout: "500ms" };

/** The two virtual servers, whose real servers are the routers. */
function servicesOf(lab: Lab) {
  const { vip, routers } = lab.addresses;
  const direct = { device: "eth0", port: 80, scheduler: "rr", forwarding: "direct", check };
  return {
    web: {
      ...direct,
      address: `${vip}/24`,
      real_servers: { r1: { address: routers.r1.public }, r2: { address: routers.r2.public } },
    },
    web6: {
      ...direct,
      address: `${far.vip6}/64`,
      real_servers: { r1: { address: "fd26::9" }, r2: { address: "fd26::8" } },
    },
  };
}

/** As an operator prepares a real server, and a program that serves there. */
async function prepare(lab: Lab, { name, configFile }: Router): Promise<void> {
  for (const virtualServer of ["web", "web6"])
    await prepareServer(configFile, { machine: name, virtualServer, realServer: name });
  const server = new RealServer(name);
  await server.start();
  lab.endWith(() => server.kill());
}

/** The standby has its own entry alone, and so balances nothing of what the active one sends it. */
async function tablesAre(lab: Lab, active: Router): Promise<void> {
  for (const router of lab.routers) {
    const own = { [lab.addresses.vip]: lab.addresses.routers[router.name as "r1"].public };
    for (const vip of [lab.addresses.vip, far.vip6]) {
      const service = `tcp ${vip.includes(":") ? `[${vip}]` : vip}:80`;
      const wanted = router === active ? 2 : 1;
      const found = await waitFor(`${router.name} has ${wanted} entries of ${vip}`, 20_000, () => {
        const destinations = destinationsOf(router.table(), service);
        return destinations?.length === wanted && destinations;
      });
      const [first] = found;
      if (wanted === 1 && own[vip] !== undefined)
        expect(first?.endpoint === `${own[vip]}:80`, `the standby's own: ${first?.endpoint}`);
    }
  }
}

export default scenario({
  title:
    "both routers are the real servers, too; clients elsewhere, IPv6, a switchover, a failover",
  topology: { ...natPair, realServers: 1 },
  // Both are real servers: with the VIP on the loopback device, and a program that serves.
  leaves: [
    ...farLeaves,
    ...["r1", "r2"].flatMap((name) => [
      `${name}: address 192.168.26.10`,
      `${name}: address fd26::10`,
      `${name}: program real-server`,
    ]),
  ],
  goals: {
    failed: {
      what: "streamlined: failed connections of a switchover",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    outage: { what: "streamlined, power-off: longest outage", unit: "ms", atMost: 1500 },
  },
  limitSeconds: 120,
  async play(lab) {
    await addFarClient(lab);
    const { web, web6 } = servicesOf(lab);
    lab.configurePair({ heartbeat: Lab.brisk, web, virtualServers: { web6 } });
    for (const router of lab.routers) await prepare(lab, router);
    await Promise.all(lab.routers.map((router) => router.start()));
    await lab.r1.reaches("active", 20_000);
    await lab.r2.sees("r2 is standby", 20_000, ({ state }) => state === "standby");
    await tablesAre(lab, lab.r1);
    const answered = await answering("gateway", lab.addresses.vip);
    const { mac } = lab.network.link("r1", "public");
    expect(answered.join() === mac, `the active router alone answers for the VIP: ${answered}`);
    const clients: Client[] = [];
    for (const address of [lab.addresses.vip, far.vip6]) {
      const client = await Client.start(farMachine, { address });
      lab.endWith(() => client.kill());
      await lab.served(client);
      client.mark();
      clients.push(client);
    }
    const servedBy = async (count: number): Promise<number> => {
      let failed = 0;
      for (const client of clients) {
        await waitFor("a hundred connections", 20_000, async () => {
          return (await client.report()).served >= 100;
        });
        const report = await client.report();
        lab.say(JSON.stringify(report.byServer));
        expect(Object.keys(report.byServer).length === count, `${count} serve`);
        failed += report.failed;
        client.mark();
      }
      return failed;
    };
    const before = await servedBy(2);
    const moved = await lab.r1.switchover();
    expect(moved.ok, `switchover: ${JSON.stringify(moved)}`);
    await tablesAre(lab, lab.r2);
    const after = await servedBy(2);
    await lab.r2.powerOff();
    await lab.r1.reaches("active", 10_000);
    await waitFor("the dead one has left the table", 10_000, () =>
      lab.r1.table().every(({ destinations }) => destinations.length === 1),
    );
    let outage = 0;
    for (const client of clients) {
      await lab.served(client);
      outage = Math.max(outage, (await client.report()).outage);
      client.mark();
    }
    await servedBy(1);
    return { failed: before + after, outage };
  },
});
