import { besideAStart, faultGoals, Judge } from "../faults/fault.ts";
import { expect } from "../instruments/wait.ts";
import { keyFile, Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const beside = "a standby of another version";
const takeover = "power-off beside a standby of another version";
const back = "the former active router returns beside it";

export default scenario({
  title: "the peer speaks another major version: nobody claims beside it, a takeover goes on",
  topology: natPair,
  goals: {
    ...faultGoals("beside", beside, besideAStart),
    ...faultGoals("takeover", takeover, { doubled: 0, outage: 700 }),
    ...faultGoals("back", back, besideAStart),
  },
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const judge = await Judge.begin(lab);
    await lab.r2.stop();
    lab.r2.preload = `${lab.surroundings.project}/test/lab/actors/other-version.ts`;
    lab.r2.environment = { LAB_KEY_FILE: keyFile };
    await lab.r2.start();
    for (const router of lab.routers)
      await router.sees("the other one lives", 10_000, ({ peer }) => peer?.alive === true);
    await lab.stays(1500, "r1 holds", () => lab.holder() === lab.r1);
    for (const router of lab.routers) {
      const told = router
        .events()
        .find(({ event, kind }) => event === "peer" && kind === "version");
      expect(told !== undefined, `${router.name} tells of the other version`);
      lab.say(`${router.name}: ${told?.message}`);
    }
    await judge.served();
    const figures = await judge.figures("beside", beside);

    judge.mark();
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 5000);
    await judge.served();
    Object.assign(figures, await judge.figures("takeover", takeover));

    judge.mark();
    await lab.r1.powerOn();
    await lab.r1.start();
    await lab.r1.sees("r1 hears r2", 10_000, ({ peer }) => peer?.alive === true);
    await lab.stays(1500, "r1 claims nothing beside it", () => lab.holder() === lab.r2);
    await judge.served();
    return { ...figures, ...(await judge.figures("back", back)) };
  },
});
