import { realServers } from "../actors/pair-config.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "UDP with one-packet scheduling is spread, checked by send_expect, and fails over",
  topology: natPair,
  goals: { outage: { what: "UDP, power-off at 100/400 ms: outage", unit: "ms", atMost: 550 } },
  async play(lab) {
    const check = {
      type: "send_expect",
      send: "who\n",
      expect: "rs",
      interval: "500ms",
      timeout: "400ms",
    };
    const dns = {
      ...{ address: `${lab.addresses.vip}/24`, device: "eth0", protocol: "udp", port: 53 },
      ...{ scheduler: "rr", one_packet: true, check, real_servers: realServers(lab.addresses) },
    };
    await lab.startPair({ heartbeat: Lab.brisk, virtualServers: { dns } });
    const name = `udp ${lab.addresses.vip}:53`;
    await waitFor("all real servers answer the UDP check", 10_000, () => {
      return lab.routers.every((each) => destinationsOf(each.table(), name)?.length === 3);
    });
    const client = await lab.startClient({ protocol: "udp", port: 53, intervalMs: 10 });
    await waitFor("each has answered", 5000, async () => {
      return Object.keys((await client.report()).byServer).length === 3;
    });
    await lab.server("rs3").kill();
    await waitFor("a silent one leaves the table", 5000, () => {
      return destinationsOf(lab.r1.table(), name)?.length === 2;
    });
    await lab.server("rs3").start();
    await waitFor("and returns", 5000, () => destinationsOf(lab.r1.table(), name)?.length === 3);
    await lab.served(client);
    client.mark();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    await lab.served(client);
    const { outage, byServer } = await client.report();
    expect(Object.keys(byServer).length === 3, `all three answer: ${JSON.stringify(byServer)}`);
    return { outage };
  },
});
