import { expect, underWayMax } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Shorter than the default of 10 s, so that the test is; the rule is the same. */
const failbackDelayMs = 3000;

export default scenario({
  title: "power-off and return of the primary: it takes over again after failback_delay, unnoticed",
  topology: natPair,
  goals: {
    outage: { what: "failback: client outage", unit: "ms", atMost: 50 },
    refused: {
      what: "failback: refused connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    late: { what: "failback: after failback_delay it took another", unit: "ms", atMost: 1500 },
  },
  runs: 5,
  async play(lab) {
    await lab.startPair({ failover: { failback_delay: `${failbackDelayMs}ms` } });
    const client = await lab.startClient();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    lab.say("r1 is off, r2 serves; r1 returns");
    await lab.r1.powerOn();
    await lab.r1.start();
    const standby = await lab.r1.reaches("standby", 10_000);
    const returned = lab.now();
    expect(standby.failback.mode === "auto", "status tells the mode of failback");
    await lab.served(client);
    client.mark();
    await lab.r1.reaches("active", failbackDelayMs + 10_000);
    const took = lab.now() - returned;
    await lab.r2.reaches("standby", 2000);
    await lab.served(client);
    const { outage, failed, refused } = await client.report();
    lab.say(`r1 is active again after ${took.toFixed(0)} ms; outage ${outage.toFixed(1)} ms`);
    expect(took > failbackDelayMs - 600, `not before failback_delay (${took.toFixed(0)} ms)`);
    expect(failed <= underWayMax, `${failed} tries failed`);
    return { outage, refused, late: took - failbackDelayMs };
  },
});
