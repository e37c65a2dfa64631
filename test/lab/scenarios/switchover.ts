import { Lab } from "../lab.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { expect } from "../wait.ts";

export default scenario({
  title: "lvsd switchover hands over without a refused connection, and back",
  topology: natPair,
  goals: {
    outage: { what: "lvsd switchover: client outage", unit: "ms", atMost: 50 },
    failed: { what: "lvsd switchover: failed tries", unit: "connections", atMost: 0, exact: true },
    doubled: {
      what: "lvsd switchover: two machines answer for",
      unit: "ms",
      atMost: 0,
      exact: true,
    },
  },
  runs: 5,
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const observer = await lab.startObserver();
    const client = await lab.startClient();
    const began = lab.now();
    const result = await lab.r1.lvsd("switchover");
    expect(result.status === 0, `lvsd switchover ends with 0: ${JSON.stringify(result)}`);
    await lab.r2.reaches("active", 2000);
    await lab.r1.reaches("standby", 2000);
    await lab.served(client);
    const there = await client.report();
    lab.say(`r2 serves: outage ${there.outage.toFixed(1)} ms, ${there.failed} tries failed`);
    const again = await lab.r1.lvsd("switchover");
    expect(again.status === 1, "on a router that is not active, switchover ends with 1");
    client.mark();
    const back = await lab.r2.lvsd("switchover");
    expect(back.status === 0, `and back it ends with 0: ${JSON.stringify(back)}`);
    await lab.r1.reaches("active", 2000);
    await lab.served(client);
    const here = await client.report();
    lab.say(`r1 serves again: outage ${here.outage.toFixed(1)} ms, ${here.failed} tries failed`);
    const doubled = await observer.doubled(began);
    const outage = Math.max(there.outage, here.outage);
    return { outage, failed: there.failed + here.failed, doubled };
  },
});
