import { Nginx } from "../actors/real-server.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "three real nginx behind NAT, checked over HTTP: one dies, the active router loses power",
  topology: natPair,
  goals: { outage: { what: "nginx, power-off at 100/400 ms: outage", unit: "ms", atMost: 550 } },
  async play(lab) {
    const servers = lab.servers.map((server) => new Nginx(server.name));
    for (const server of servers) await server.start();
    const check = { type: "http", path: "/", expect: "rs", interval: "500ms", timeout: "500ms" };
    lab.configurePair({ heartbeat: Lab.brisk, check });
    await Promise.all([lab.r1.start(), lab.r2.start()]);
    await lab.settled();
    const client = await lab.startClient();
    servers[2]?.kill();
    await waitFor("rs3 is out of the table", 5000, () => {
      return destinationsOf(lab.r1.table(), `tcp ${lab.addresses.vip}:80`)?.length === 2;
    });
    await lab.served(client);
    client.mark();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    await lab.served(client);
    const { outage, byServer } = await client.report();
    expect(byServer.rs3 === undefined, "the dead one stays out after the takeover");
    for (const server of servers) server.kill();
    return { outage };
  },
});
