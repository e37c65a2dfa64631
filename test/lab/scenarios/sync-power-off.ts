import {
  heldAlive,
  heldConnections,
  heldConnectionsMax,
  synchronised,
} from "../instruments/held.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "with connection_sync, established connections outlive the active router's loss of power",
  topology: natPair,
  goals: {
    survived: {
      what: "power-off of the active router with connection_sync: held connections that survive",
      unit: "%",
      atLeast: 95,
      exact: true,
    },
  },
  runs: 3,
  async play(lab) {
    await lab.startPair({ ...synchronised, heartbeat: Lab.brisk });
    const { client, holder } = await heldConnections(lab);
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    await lab.served(client);
    const { outage } = await client.report();
    lab.say(`r2 serves; outage ${outage.toFixed(0)} ms`);
    const held = await heldAlive(lab, holder);
    return { survived: (100 * held.open) / heldConnectionsMax };
  },
});
