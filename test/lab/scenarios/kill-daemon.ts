import { expect } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title:
    "kill -9 of the active daemon: one machine answers for the VIP soon, and both are well later",
  topology: natPair,
  goals: {
    settled: { what: "kill -9: one machine answers ARP after", unit: "ms", atMost: 1700 },
    doubled: { what: "kill -9: two machines answer for", unit: "ms", atMost: 500 },
    outage: { what: "kill -9: client outage", unit: "ms", atMost: 1700 },
  },
  runs: 5,
  async play(lab) {
    await lab.startPair();
    const observer = await lab.startObserver();
    const client = await lab.startClient();
    const killed = lab.now();
    lab.r1.kill();
    lab.say("the daemon on r1 is killed; systemd cleans up and starts it again");
    await lab.r2.reaches("active", 10_000);
    await lab.served(client);
    const { outage } = await client.report();
    await lab.r1.sees("r1 is back as standby", 15_000, (status) => status.state === "standby");
    const settled = await observer.settled(killed);
    const doubled = await observer.doubled(killed);
    lab.say(
      `one machine answers after ${settled.toFixed(0)} ms, two did for ${doubled.toFixed(0)}`,
    );
    expect(lab.r1.restarts === 1, `the daemon started once again (${lab.r1.restarts})`);
    expect(lab.holders().length === 1, "one router holds the VIP");
    return { settled, doubled, outage };
  },
});
