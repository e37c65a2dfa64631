import { printTable } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "ipvsadm -C behind lvsd's back: the table is whole again within 2 s",
  topology: natPair,
  goals: { whole: { what: "ipvsadm -C: table whole again after", unit: "ms", atMost: 2000 } },
  runs: 5,
  async play(lab) {
    await lab.startPair();
    const client = await lab.startClient();
    const before = printTable(lab.r1.table());
    await lab.r1.output("ipvsadm", "-C");
    const cleared = lab.now();
    await waitFor("the table is as it was", 10_000, () => printTable(lab.r1.table()) === before, 5);
    const whole = lab.now() - cleared;
    lab.say(`whole again after ${whole.toFixed(0)} ms`);
    await lab.served(client);
    const status = await lab.r1.sees("lvsd says so", 3000, ({ ipvs }) => ipvs.drifts > 0);
    expect(status.ipvs.in_sync, "and is in sync with the kernel");
    expect(status.state === "active", "and stays active meanwhile");
    return { whole };
  },
});
