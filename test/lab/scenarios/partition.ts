import { faultGoals, Judge } from "../faults/fault.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Two intervals of Lab.brisk. */
const boundMs = 200;

export default scenario({
  title: "all paths between the routers fail and heal: one yields within two intervals",
  topology: natPair,
  goals: {
    // While it lasts both answer: nobody can know better without an arbiter or a fence.
    cutOutage: { what: "both paths cut: nobody answers for", unit: "ms", atMost: 200 },
    ...faultGoals("healed", "both paths healed", { doubled: 300, outage: 200 }),
    yielded: { what: "healed partition: one holder after", unit: "ms", atMost: boundMs + 100 },
    onePath: { what: "one path cut: changes of holder", unit: "failovers", atMost: 0, exact: true },
  },
  runs: 5,
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const judge = await Judge.begin(lab);
    lab.network.part("private");
    const seen = await lab.r1.sees("one path is dead", 3000, (status) => {
      return status.peer?.paths.some((path) => !path.alive) === true;
    });
    expect(seen.peer?.alive === true, "the peer lives on the other path");
    await lab.stays(1500, "one dead path changes nothing", () => lab.holder() === lab.r1);
    lab.network.part("public");
    await waitFor(
      "both hold the VIP: nobody can know better",
      5000,
      () => lab.holders().length === 2,
    );
    await lab.stays(1000, "and both go on", () => lab.holders().length === 2);
    const { outage: cutOutage } = await judge.report();
    lab.say(`both paths cut: both hold the VIP, nobody answered for ${cutOutage.toFixed(0)} ms`);
    judge.mark();
    const healed = lab.now();
    lab.network.heal("public");
    lab.network.heal("private");
    await waitFor("one router holds the VIP", 5000, () => lab.holders().length === 1, 2);
    const yielded = lab.now() - healed;
    lab.say(`one holder after ${yielded.toFixed(0)} ms: ${lab.holder().name}`);
    await lab.settled();
    await lab.stays(1000, "r1 stays the one holder", () => lab.holder() === lab.r1);
    await judge.served();
    return { yielded, onePath: 0, cutOutage, ...(await judge.figures("healed", "it healed")) };
  },
});
