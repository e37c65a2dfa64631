import { startKeepalivedPair } from "../keepalived.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";

export default scenario({
  title: "for comparison: keepalived with advert_int 0.1 is stopped on the active router",
  topology: natPair,
  goals: {
    outage: { what: "client outage, keepalived stopped", unit: "ms", atMost: 700 },
    failed: { what: "failed tries, keepalived stopped", unit: "connections", atMost: 200 },
  },
  runs: 5,
  benchOnly: true,
  async play(lab) {
    const options = { advertInterval: 0.1, priorities: [254, 253] } as const;
    const [active] = await startKeepalivedPair(lab, options);
    const client = await lab.startClient();
    lab.say("r1 serves; keepalived is stopped there");
    await active.stop();
    await lab.served(client);
    const { outage, failed } = await client.report();
    lab.say(`outage ${outage.toFixed(0)} ms, ${failed} tries failed`);
    return { outage, failed };
  },
});
