import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "real servers are checked by the active router alone; a cut-off standby checks by itself",
  topology: natPair,
  goals: {
    rate: { what: "checks of a real server in 4 s at 200 ms", unit: "connections", atMost: 24 },
  },
  async play(lab) {
    const check = { type: "http", path: "/", interval: "200ms", timeout: "200ms" };
    await lab.startPair({ heartbeat: Lab.brisk, check });
    const name = `tcp ${lab.addresses.vip}:80`;
    const rs1 = lab.server("rs1");
    const from = await rs1.requests();
    await lab.stays(
      4000,
      "the standby keeps its table",
      () => destinationsOf(lab.r2.table(), name)?.length === 3,
    );
    const rate = (await rs1.requests()) - from;
    lab.say(`rs1 was checked ${rate} times in 4 s`);
    expect(rate >= 15, `it is checked at all (${rate})`);
    await lab.network.impair("r2", ["public", "private"], "both", { loss: 100 }, "heartbeat");
    await lab.r2.sees("r2 hears nobody", 3000, (status) => status.peer?.alive === false);
    await lab.server("rs2").kill();
    await waitFor("both find out that rs2 died", 5000, () => {
      return lab.routers.every((each) => destinationsOf(each.table(), name)?.length === 2);
    });
    await lab.server("rs2").start();
    await waitFor("and that it lives again", 5000, () => {
      return lab.routers.every((each) => destinationsOf(each.table(), name)?.length === 3);
    });
    return { rate };
  },
});
