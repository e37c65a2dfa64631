import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "both routers start at once: the primary becomes active, and nobody else was",
  topology: natPair,
  goals: {
    doubled: { what: "start: two machines answer for", unit: "ms", atMost: 0, exact: true },
  },
  async play(lab) {
    const observer = await lab.startObserver();
    const began = lab.now();
    await lab.startPair({ heartbeat: Lab.brisk });
    const machines = (await observer.stretches(began)).flatMap((stretch) => stretch.machines);
    expect(!machines.includes("r2"), "r2 never answered for the VIP");
    await lab.stays(1000, "r1 alone holds the VIP", () => lab.holder() === lab.r1);
    return { doubled: await observer.doubled(began) };
  },
});
