import type { Router } from "../actors/router.ts";
import { synchronised } from "../instruments/held.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** The state that a router shows of rs2. */
const stateOf = async (router: Router): Promise<string | undefined> =>
  (await router.status()).virtual_servers[0]?.real_servers[1]?.state;

export default scenario({
  title: "lvsd drain keeps new connections off a real server, over a failover, until it is enabled",
  topology: natPair,
  goals: {
    strays: { what: "drain: new connections to it", unit: "connections", atMost: 0, exact: true },
  },
  async play(lab) {
    await lab.startPair({ ...synchronised, heartbeat: Lab.brisk });
    const client = await lab.startClient({ held: 9 });
    await waitFor("nine connections are open", 9000, async () => (await client.held()).open === 9);
    const weight = (router: Router) =>
      destinationsOf(router.table(), `tcp ${lab.addresses.vip}:80`)?.find((each) =>
        each.endpoint.startsWith(lab.addresses.realServers[1] ?? "?"),
      )?.weight;
    const drained = await lab.r1.lvsd("drain", "web", "rs2");
    expect(drained.status === 0, `drain ends with 0: ${JSON.stringify(drained)}`);
    await waitFor("weight 0 on r1", 5000, () => weight(lab.r1) === 0);
    await waitFor("weight 0 on r2", 5000, () => weight(lab.r2) === 0);
    await waitFor("r2 shows it", 5000, async () => (await stateOf(lab.r2)) === "draining");
    await waitFor("r1 counts", 5000, async () => (await stateOf(lab.r1)) === "draining");
    const patience = await lab.r1.lvsd("drain", "web", "rs2", "--wait=1500ms");
    expect(patience.status === 1, `held connections outlast it: ${JSON.stringify(patience)}`);
    lab.say(patience.stderr.trim());
    client.mark();
    const strays = async (): Promise<number> => {
      await lab.served(client);
      return (await client.report()).byServer.rs2 ?? 0;
    };
    const before = await strays();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    client.mark();
    const after = await strays();
    expect(weight(lab.r2) === 0, "the new active router keeps weight 0");
    const enabled = await lab.r2.lvsd("enable", "web", "rs2");
    expect(enabled.status === 0, `enable ends with 0: ${JSON.stringify(enabled)}`);
    await waitFor("weight 1 on r2", 5000, () => weight(lab.r2) === 1);
    await lab.r1.powerOn();
    await lab.r1.start();
    await waitFor("r1 has caught up", 20_000, () => weight(lab.r1) === 1);
    return { strays: before + after };
  },
});
