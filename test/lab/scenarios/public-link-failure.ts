import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "the active router's public link fails: the peer takes over at once",
  topology: natPair,
  goals: { outage: { what: "public link failure: client outage", unit: "ms", atMost: 300 } },
  async play(lab) {
    const heartbeat = { interval: "100ms", dead_after: "3s" };
    await lab.startPair({ heartbeat, failover: { failback: "manual" } });
    const client = await lab.startClient();
    lab.network.carrier("r1", "public", "down");
    await lab.r2.reaches("active", 10_000);
    await lab.served(client);
    const { outage } = await client.report();
    await lab.r1.reaches("fault", 5000);
    lab.say(`outage ${outage.toFixed(0)} ms; r2 goes on while r1's link flaps`);
    for (let flap = 0; flap < 3; flap++) {
      lab.network.carrier("r1", "public", "up");
      await lab.r1.sees("the fault is over", 5000, (status) => status.state === "standby");
      lab.network.carrier("r1", "public", "down");
      await lab.r1.reaches("fault", 5000);
    }
    await lab.served(client);
    return { outage };
  },
});
