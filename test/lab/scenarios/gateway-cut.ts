import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const cut = { loss: 100 };

/** Peer, gateway and clients are out of reach; the carrier stays. */
async function cutOff(lab: Lab, name: "r1" | "r2"): Promise<void> {
  await lab.network.impair(name, ["private", "public"], "both", cut);
}

async function connect(lab: Lab, name: "r1" | "r2"): Promise<void> {
  await lab.network.mend(name, ["private", "public"]);
}

export default scenario({
  title: "a router cut off from peer and gateway does not take over, and does not stay active",
  topology: natPair,
  goals: {
    outage: { what: "active router cut off: client outage", unit: "ms", atMost: 1000 },
    released: { what: "until the router cut off has released", unit: "ms", atMost: 1500 },
  },
  async play(lab) {
    const gateway = lab.addresses.observer;
    await lab.startPair({ heartbeat: Lab.brisk, failover: { gateway, failback: "manual" } });
    const client = await lab.startClient();
    await cutOff(lab, "r2");
    const status = await lab.r2.reaches("fault", 5000);
    expect(
      status.faults.some((each) => each.kind === "arbiter" && each.subject === gateway),
      `the fault names the gateway: ${JSON.stringify(status.faults)}`,
    );
    await lab.r2.sees("the peer is dead", 3000, ({ peer }) => peer?.alive === false);
    await lab.stays(2000, "the standby cut off holds nothing", () => lab.holder() === lab.r1);
    await connect(lab, "r2");
    await lab.settled();
    lab.say("the standby was cut off and is back; now the active router");
    client.mark();
    await cutOff(lab, "r1");
    const at = lab.now();
    await lab.r2.reaches("active", 5000);
    await lab.r1.sees("r1 lets go", 5000, ({ vips }) => vips.every(({ held }) => !held));
    const released = lab.now() - at;
    await lab.served(client);
    const { outage } = await client.report();
    lab.say(`outage ${outage.toFixed(0)} ms, r1 had released after ${released.toFixed(0)} ms`);
    await connect(lab, "r1");
    await lab.r1.reaches("standby", 5000);
    expect(lab.holder() === lab.r2, "the return changes nothing");
    return { outage, released };
  },
});
