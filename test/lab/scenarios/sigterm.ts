import { calm } from "../instruments/calm.ts";
import { expect, underWayMax } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "SIGTERM on the active router hands over first; on the last one it cleans up",
  topology: natPair,
  goals: {
    outage: { what: "SIGTERM of the active router: client outage", unit: "ms", atMost: 50 },
    refused: {
      what: "SIGTERM: refused connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    took: { what: "SIGTERM: ended after", unit: "ms", atMost: 2500 },
    alone: { what: "SIGTERM without a peer: ended after", unit: "ms", atMost: 5000 },
  },
  runs: 5,
  async play(lab) {
    await lab.startPair();
    await calm(lab);
    const client = await lab.startClient();
    const began = lab.now();
    await lab.r1.stop();
    const took = lab.now() - began;
    expect(!lab.r1.holds(lab.addresses.vip), "the VIP did not stay behind on r1");
    await lab.r2.reaches("active", 3000);
    await lab.served(client);
    const { outage, outageFrom, failed, refused } = await client.report();
    lab.say(`ended after ${took.toFixed(0)} ms; outage ${outage.toFixed(1)} ms, ${failed} failed`);
    lab.say(`the outage began at ${lab.wallClock(outageFrom)}`);
    const last = lab.now();
    await lab.r2.stop();
    const alone = lab.now() - last;
    expect(lab.holders().length === 0, "nobody holds the VIP");
    expect(lab.r2.table().length === 0, "the table is empty");
    expect(failed <= underWayMax, `${failed} tries failed`);
    return { outage, refused, took, alone };
  },
});
