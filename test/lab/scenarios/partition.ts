import { Lab } from "../lab.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { expect, waitFor } from "../wait.ts";

/** Two intervals of Lab.brisk. */
const boundMs = 200;

export default scenario({
  title: "all paths between the routers fail and heal: one yields within two intervals",
  topology: natPair,
  goals: {
    yielded: { what: "healed partition: one holder after", unit: "ms", atMost: boundMs + 100 },
    onePath: { what: "one path cut: changes of holder", unit: "failovers", atMost: 0, exact: true },
  },
  runs: 5,
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const client = await lab.startClient();
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
    lab.say("partition: both hold the VIP; it heals");
    const healed = lab.now();
    lab.network.heal("public");
    lab.network.heal("private");
    await waitFor("one router holds the VIP", 5000, () => lab.holders().length === 1, 2);
    const yielded = lab.now() - healed;
    lab.say(`one holder after ${yielded.toFixed(0)} ms: ${lab.holder().name}`);
    await lab.settled();
    await lab.stays(1000, "r1 stays the one holder", () => lab.holder() === lab.r1);
    await lab.served(client);
    return { yielded, onePath: 0 };
  },
});
