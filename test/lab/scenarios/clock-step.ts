import { faultGoals, Judge, untouched } from "../faults/fault.ts";
import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "the wall clock steps by an hour, forth and back: nothing happens",
  topology: natPair,
  goals: faultGoals("step", "clock stepped by an hour, forth and back", untouched),
  ownMachine: true,
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const judge = await Judge.begin(lab);
    for (const step of ["+1 hour", "-2 hours", "+1 hour"]) {
      await output("date", "-s", step);
      await lab.stays(1500, `r1 holds the VIP after ${step}`, () => lab.holder() === lab.r1);
    }
    expect((await lab.r2.status()).state === "standby", "r2 stayed standby");
    return judge.figures("step", "the clock of both routers was stepped");
  },
});
