import { startKeepalivedPair } from "../keepalived.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { waitFor } from "../wait.ts";

export default scenario({
  title: "for comparison: keepalived with advert_int 0.1 loses its active router's power",
  topology: natPair,
  goals: { outage: { what: "client outage, keepalived advert_int 0.1", unit: "ms", atMost: 1200 } },
  runs: 5,
  benchOnly: true,
  async play(lab) {
    const options = { advertInterval: 0.1, priorities: [254, 253] } as const;
    const [active, standby] = await startKeepalivedPair(lab, options);
    const client = await lab.startClient();
    lab.say("r1 serves; its power goes");
    await active.powerOff();
    await waitFor("r2 holds the VIP", 10_000, () => standby.holds(lab.addresses.vip));
    await lab.served(client);
    const { outage, failed } = await client.report();
    lab.say(`outage ${outage.toFixed(0)} ms, ${failed} tries failed`);
    return { outage };
  },
});
