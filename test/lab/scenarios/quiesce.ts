import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "quiesce: a failed real server keeps its connections at weight 0 and gets no new ones",
  topology: natPair,
  goals: {
    broken: { what: "quiesce: broken connections", unit: "connections", atMost: 0, exact: true },
  },
  async play(lab) {
    const check = { type: "http", path: "/", interval: "300ms", timeout: "300ms", fall: 2 };
    await lab.startPair({ heartbeat: Lab.brisk, check, web: { quiesce: true, reentry: "1s" } });
    const client = await lab.startClient({ held: 9 });
    await waitFor("nine connections are open", 5000, async () => (await client.held()).open === 9);
    await lab.server("rs2").behave("error-500");
    const weight = (router: "r1" | "r2") =>
      destinationsOf(lab[router].table(), `tcp ${lab.addresses.vip}:80`)?.find((each) =>
        each.endpoint.startsWith(lab.addresses.realServers[1] ?? "?"),
      )?.weight;
    await waitFor("weight 0 on r1", 5000, () => weight("r1") === 0);
    await waitFor("weight 0 on r2", 5000, () => weight("r2") === 0);
    const from = lab.now();
    client.mark();
    await waitFor(
      "a hundred new connections",
      5000,
      async () => (await client.report()).served > 100,
    );
    const { byServer } = await client.report();
    expect(byServer.rs2 === undefined, `rs2 gets none: ${JSON.stringify(byServer)}`);
    await lab.server("rs2").behave("serve");
    await lab.r1.sees("rs2 waits for its reentry", 3000, ({ virtual_servers }) => {
      return virtual_servers[0]?.real_servers[1]?.state === "reentry";
    });
    await waitFor("weight 1 again", 5000, () => weight("r1") === 1);
    lab.say(`back after ${(lab.now() - from).toFixed(0)} ms`);
    return { broken: (await client.held()).broken };
  },
});
