import { Sender } from "../actors/sender.ts";
import { heartbeatsOn } from "../instruments/capture.ts";
import { waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "datagrams recorded before a restart of either side are replayed: nothing changes",
  topology: natPair,
  goals: {},
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const { r1, r2 } = lab.addresses.routers;
    const recorded = (from: string, to: string) =>
      heartbeatsOn("br-pub").filter((each) => each.from === from && each.to === to);
    await waitFor("20 heartbeats of r2 are captured", 5000, () => {
      return recorded(r2.public, r1.public).length > 20;
    });
    const old = recorded(r2.public, r1.public).map((each) => each.payload);
    const sender = await Sender.start("r2");
    lab.r2.kill();
    await waitFor("r2 was restarted", 10_000, () => lab.r2.restarts === 1);
    await sender.send(r1.public, old);
    await lab.r2.reaches("standby", 10_000);
    await sender.send(r1.public, old);
    await lab.stays(1000, "r2's old words change nothing", () => lab.holder() === lab.r1);
    await lab.settled();
    lab.say("r2's old words changed nothing; now r1 is restarted, and r2 speaks of old times");
    await lab.r2.stop();
    await lab.r1.stop();
    await lab.r1.start();
    await sender.send(r1.public, old);
    await lab.r1.reaches("active", 10_000);
    await lab.r1.sees("r1 hears nobody", 3000, (status) => status.peer?.alive === false);
    await lab.r2.start();
    await lab.settled();
    await sender.kill();
    return {};
  },
});
