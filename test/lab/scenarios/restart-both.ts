import { faultGoals, Judge, paired } from "../faults/fault.ts";
import { waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const killed = "kill -9 of both daemons at once";
const stopped = "both daemons stopped, and both started";

export default scenario({
  title: "both daemons are killed at once, then both stopped and started: one serves again, soon",
  topology: natPair,
  goals: {
    // Clean-up, 500 ms of systemd's, the start of Node, the first checks; then they have met.
    ...faultGoals("killed", killed, { doubled: 0, outage: 4500 }),
    // From the first SIGTERM on, the time that both take to stop included.
    ...faultGoals("stopped", stopped, { doubled: 40, outage: 5500 }),
  },
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const judge = await Judge.begin(lab);
    for (const router of lab.routers) router.kill();
    await waitFor("both are back", 20_000, () =>
      lab.routers.every((router) => router.restarts === 1 && router.running),
    );
    await paired(lab, await oneHolder(lab));
    await judge.served();
    const figures = await judge.figures("killed", killed);
    judge.mark();
    await Promise.all(lab.routers.map((router) => router.stop()));
    await Promise.all(lab.routers.map((router) => router.start()));
    await paired(lab, await oneHolder(lab));
    await judge.served();
    return { ...figures, ...(await judge.figures("stopped", stopped)) };
  },
});

const oneHolder = (lab: Lab) =>
  waitFor("one router holds the VIP", 20_000, () => lab.holders().length === 1 && lab.holder());
