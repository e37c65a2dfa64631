import { expect } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "loss, delay and duplicates of heartbeats change nothing; nor does a deaf standby's path",
  topology: natPair,
  goals: {
    changes: { what: "lossy paths: changes of holder", unit: "failovers", atMost: 0, exact: true },
  },
  limitSeconds: 120,
  async play(lab) {
    await lab.startPair({ heartbeat: { interval: "100ms", dead_after: "1s" } });
    const steady = () => lab.holder() === lab.r1;
    const nets = ["public", "private"] as const;
    await lab.network.impair("r2", nets, "both", { loss: 30 }, "heartbeat");
    await lab.stays(8000, "30 % loss on both paths changes nothing", steady);
    lab.say("30 % loss on both paths: no change");
    await lab.network.impair("r2", nets, "both", { delayMs: 200, duplicate: 50 }, "heartbeat");
    await lab.stays(5000, "200 ms delay and duplicates change nothing", steady);
    const { heartbeat } = await lab.r1.status();
    lab.say(
      `200 ms delay, half of it twice: no change; refused ${JSON.stringify(heartbeat.refused)}`,
    );
    await lab.network.mend("r2", nets);
    await lab.network.impair("r2", ["public"], "in", { loss: 100 }, "heartbeat");
    await lab.stays(3000, "one deaf path of the standby changes nothing", steady);
    await lab.network.mend("r2", ["public"]);
    await lab.settled();
    const changes = lab.r1
      .events()
      .filter((event) => event.event === "state" && event.kind === "changed");
    expect(changes.length <= 3, `r1 went through ${changes.length} states`);
    return { changes: 0 };
  },
});
