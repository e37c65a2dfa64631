import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { pairConfig } from "../actors/pair-config.ts";
import { faultGoals, Judge, paired } from "../faults/fault.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const otherKey = "/run/lab/other.key";
const directory = "/run/lab/fence";
const unfenced = "another key on the backup, corrected by a reload";
const fenced = "another key on the backup, with a fence";

/** Cuts nothing off itself: the lab does that when it is asked, and the fence waits for it. */
const fence = `#!/bin/sh
touch ${directory}/asked
until test -e ${directory}/done; do sleep 0.05; done
`;

const options = (guarded: boolean) => ({
  heartbeat: Lab.brisk,
  failover: {
    failback: "manual",
    ...(guarded ? { fence: { command: [`${directory}/fence`], timeout: "10s" } } : {}),
  },
});

function configureOtherKey(lab: Lab, guarded: boolean): void {
  lab.rewrite(options(guarded));
  lab.r2.configure(pairConfig(lab.network.topology, otherKey, options(guarded)));
}

export default scenario({
  title: "each router has another key: both hold until one is corrected, unless a fence decides",
  topology: natPair,
  goals: {
    // What they do until then is below: nobody can know that the other one lives.
    ...faultGoals("healed", unfenced, { doubled: 500, outage: 200 }),
    ...faultGoals("fenced", fenced, { doubled: 0, outage: 1500 }),
  },
  async play(lab) {
    writeFileSync(otherKey, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
    await lab.startPair(options(false));
    const judge = await Judge.begin(lab);
    await lab.r2.stop();
    configureOtherKey(lab, false);
    await lab.r2.start();
    await waitFor("both hold: each takes the other one for dead", 10_000, () => {
      return lab.holders().length === 2;
    });
    for (const router of lab.routers)
      await router.sees("its status counts what it refuses", 5000, ({ heartbeat, peer }) => {
        return (heartbeat.refused["bad-hmac"] ?? 0) > 0 && peer?.alive !== true;
      });
    const told = lab.r2
      .events()
      .find(({ event, kind }) => event === "heartbeat" && kind === "refused");
    expect(told !== undefined, "the log tells whose heartbeats are refused, and why");
    lab.say(`both hold; r2 says: ${told?.message}`);
    judge.mark();
    lab.rewrite(options(false));
    await lab.r2.reload();
    await waitFor("one router holds the VIP", 5000, () => lab.holders().length === 1, 2);
    await paired(lab, lab.holder());
    await judge.served();
    const figures = await judge.figures("healed", unfenced);

    await lab.r2.stop();
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { mode: 0o777 });
    writeFileSync(`${directory}/fence`, fence, { mode: 0o755 });
    configureOtherKey(lab, true);
    await lab.r1.reload();
    await lab.r1.reaches("active", 10_000);
    judge.mark();
    await lab.r2.start();
    await waitFor("the backup asks for the fence", 10_000, () => existsSync(`${directory}/asked`));
    await lab.stays(500, "nobody claims beside it", () => lab.holder() === lab.r1);
    await lab.r1.powerOff();
    writeFileSync(`${directory}/done`, "");
    await lab.r2.reaches("active", 5000);
    await judge.served();
    return { ...figures, ...(await judge.figures("fenced", fenced)) };
  },
});
