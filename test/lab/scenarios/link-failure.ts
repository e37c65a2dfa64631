import { expect } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title:
    "the active router's private link fails: the peer takes over at once, not after dead_after",
  topology: natPair,
  goals: { outage: { what: "link failure: client outage", unit: "ms", atMost: 300 } },
  runs: 5,
  async play(lab) {
    // Slow to judge death, so that only a hand-over can be fast.
    const heartbeat = { interval: "100ms", dead_after: "3s" };
    await lab.startPair({ heartbeat, failover: { failback_delay: "1s" } });
    const client = await lab.startClient();
    lab.network.carrier("r1", "private", "down");
    await lab.r2.reaches("active", 10_000);
    await lab.served(client);
    const { outage } = await client.report();
    const status = await lab.r1.reaches("fault", 5000);
    lab.say(`outage ${outage.toFixed(0)} ms; r1 says: ${status.faults.map((each) => each.text)}`);
    expect(
      status.faults.some((each) => each.kind === "link" && each.subject === "eth1"),
      "the fault names the device",
    );
    lab.network.carrier("r1", "private", "up");
    await lab.r1.reaches("standby", 5000);
    await lab.r1.reaches("active", 10_000);
    await lab.served(client);
    return { outage };
  },
});
