import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title:
    "sorry server: comes in with the last real server's end and goes with the first return, and no connection is refused in between",
  topology: natPair,
  goals: {
    failed: {
      what: "the sorry server alone: failed connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  async play(lab) {
    const [one = "", two = "", sorry = ""] = lab.addresses.realServers;
    const check = { type: "http", path: "/", interval: "300ms", timeout: "300ms", fall: 2 };
    const realServers = { rs1: { address: one }, rs2: { address: two } };
    await lab.startPair({
      check,
      web: {
        real_servers: realServers,
        quorum: { up: 2, down: 1 },
        sorry_server: { address: sorry },
        reentry: "1s",
      },
    });
    const client = await lab.startClient();
    const table = (router: "r1" | "r2") =>
      destinationsOf(lab[router].table(), `tcp ${lab.addresses.vip}:80`)?.map(
        ({ endpoint, weight }) => `${endpoint} ${weight}`,
      ) ?? [];
    const has = (router: "r1" | "r2", address: string, weight: number) =>
      table(router).some((line) => line === `${address}:80 ${weight}`);

    client.mark();
    await lab.server("rs2").behave("error-500");
    for (const router of ["r1", "r2"] as const)
      await waitFor(`the sorry server is in ${router}'s table`, 5000, () => has(router, sorry, 1));
    expect(has("r1", one, 0), `rs1 keeps its connections at weight 0: ${table("r1")}`);
    await lab.r1.sees("the state is sorry", 2000, (status) => {
      return status.virtual_servers[0]?.state === "sorry";
    });
    client.mark();
    await waitFor("the sorry server answers", 5000, async () => {
      const { byServer } = await client.report();
      return (byServer.rs3 ?? 0) > 50;
    });
    const { failed } = await client.report();

    // The router that takes over has the same table and the same state.
    await lab.r1.switchover();
    await lab.r2.sees("r2 serves, sorry", 5000, (status) => {
      return status.state === "active" && status.virtual_servers[0]?.state === "sorry";
    });
    expect(has("r2", sorry, 1), `the sorry server stays: ${table("r2")}`);

    client.mark();
    await lab.server("rs2").behave("serve");
    await waitFor("rs2 is back", 8000, () => has("r2", two, 1) && has("r2", one, 1));
    await waitFor("the sorry server is gone", 3000, () => !has("r2", sorry, 1));
    await waitFor("both serve", 5000, async () => {
      const { byServer } = await client.report();
      return (byServer.rs1 ?? 0) > 20 && (byServer.rs2 ?? 0) > 20;
    });
    return { failed };
  },
});
