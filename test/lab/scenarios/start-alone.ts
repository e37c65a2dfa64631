import { expect, underWayMax } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title:
    "the backup starts without its peer and serves after start_delay; the primary joins unnoticed",
  topology: natPair,
  goals: { active: { what: "backup alone: active after its start", unit: "ms", atMost: 4000 } },
  async play(lab) {
    await lab.startServers();
    const failover = { start_delay: "2s", failback_delay: "1s" };
    lab.configurePair({ heartbeat: Lab.brisk, failover });
    const started = lab.now();
    await lab.r2.start();
    const first = await lab.r2.status();
    expect(first.state === "starting", `READY=1 comes before start_delay is over (${first.state})`);
    await lab.r2.reaches("active", 10_000);
    const active = lab.now() - started;
    expect(active > 2000, `not before start_delay (${active.toFixed(0)} ms)`);
    const client = await lab.startClient();
    lab.say("r2 serves alone; the primary starts");
    await lab.r1.start();
    await lab.r1.reaches("active", 10_000);
    await lab.r2.reaches("standby", 5000);
    await lab.served(client);
    const { failed, outage } = await client.report();
    lab.say(`r1 has taken over: outage ${outage.toFixed(1)} ms, ${failed} tries failed`);
    expect(failed <= underWayMax, `failback: ${failed} tries failed`);
    return { active };
  },
});
