import { existsSync } from "node:fs";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "a daemon that does not come back from its restart: the peer takes over after the hold",
  topology: natPair,
  goals: {
    outage: { what: "no return from a restart: client outage", unit: "ms", atMost: 3500 },
    takeover: { what: "and until the peer serves", unit: "ms", atMost: 17_000 },
    doubled: { what: "and two machines answer for", unit: "ms", atMost: 0, exact: true },
  },
  limitSeconds: 60,
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const client = await lab.startClient();
    const observer = await lab.startObserver();
    const began = lab.now();
    const answer = await lab.r1.restart();
    expect(answer.ok, `the restart is taken: ${JSON.stringify(answer)}`);
    await waitFor("the hold is there", 3000, () => existsSync(`${lab.r1.runDirectory}/hold`), 1);
    await lab.r1.killForGood();
    lab.say("r1 is killed in the middle of its restart, and nobody starts it again");
    expect(lab.holder() === lab.r1, "the kernel of r1 has the VIP still");
    await lab.r2.reaches("active", 20_000);
    const takeover = lab.now() - began;
    await lab.served(client);
    const { outage } = await client.report();
    expect(lab.holder() === lab.r2, "r2 alone holds the VIP");
    lab.say(
      `r2 serves ${takeover.toFixed(0)} ms after the request, outage ${outage.toFixed(0)} ms`,
    );
    return { outage, takeover, doubled: await observer.doubled(began) };
  },
});
