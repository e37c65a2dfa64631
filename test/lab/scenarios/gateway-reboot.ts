import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const reboots = 4;

export default scenario({
  title: "the gateway reboots while the routers hear each other: nothing changes",
  topology: { ...natPair, family: 6 },
  goals: {
    changes: {
      what: "gateway reboots: changes of holder",
      unit: "changes",
      atMost: 0,
      exact: true,
    },
  },
  async play(lab) {
    const gateway = [lab.addresses.observer];
    const failover = { gateway, failback_delay: "500ms" };
    await lab.startPair({ heartbeat: Lab.brisk, failover });
    const states = (): number =>
      lab.routers
        .flatMap((router) => router.events())
        .filter((each) => each.event === "state" && each.kind === "changed")
        .filter((each) => each.kind === "changed" && each.to === "active").length;
    const before = states();
    for (let count = 0; count < reboots; count += 1) {
      lab.network.carrier("observer", "public", "down");
      for (const router of lab.routers)
        await router.sees("the gateway is missed", 5000, ({ faults }) =>
          faults.some(({ kind }) => kind === "arbiter"),
        );
      await lab.stays(700, "r1 stays the holder", () => lab.holder() === lab.r1);
      lab.network.carrier("observer", "public", "up");
      for (const router of lab.routers)
        await router.sees("the gateway is back", 40_000, ({ faults }) => faults.length === 0);
      await lab.stays(700, "r1 stays the holder", () => lab.holder() === lab.r1);
      lab.say(`reboot ${count + 1}: r1 held all the time`);
    }
    return { changes: states() - before };
  },
});
