import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "failback: manual leaves the VIPs where they are until an operator moves them",
  topology: natPair,
  goals: {},
  async play(lab) {
    const failover = { failback: "manual", failback_delay: "200ms" };
    await lab.startPair({ heartbeat: Lab.brisk, failover });
    const client = await lab.startClient();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    await lab.r1.powerOn();
    await lab.r1.start();
    await lab.r1.reaches("standby", 10_000);
    await lab.served(client);
    client.mark();
    lab.say("r1 is back; with `manual` nothing moves for three seconds");
    await lab.stays(3000, "r2 stays active", () => lab.holders().join() === [lab.r2].join());
    expect((await client.report()).failed === 0, "and no client notices anything");
    const moved = await lab.r2.switchover();
    expect(moved.ok, `a switchover moves them: ${JSON.stringify(moved)}`);
    await lab.r1.reaches("active", 2000);
    await lab.served(client);
    return {};
  },
});
