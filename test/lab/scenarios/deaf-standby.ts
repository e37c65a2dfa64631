import { Lab } from "../lab.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { waitFor } from "../wait.ts";

export default scenario({
  title: "the standby hears no heartbeat on any path but is heard: one holder soon and for good",
  topology: natPair,
  goals: { one: { what: "deaf standby: at most one holder after", unit: "ms", atMost: 1000 } },
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const client = await lab.startClient();
    for (const net of ["public", "private"] as const)
      await lab.network.impair("r2", net, "in", { loss: 100 }, "heartbeat");
    const deaf = lab.now();
    await lab.r2.sees("r2 hears nobody", 3000, (status) => status.peer?.alive === false);
    let last = deaf;
    const watchedMs = 3000;
    await lab.stays(watchedMs, "somebody holds the VIP", () => {
      const { length } = lab.holders();
      if (length > 1) last = lab.now();
      return length > 0 || lab.now() - deaf < 1500;
    });
    lab.say(`two held it until ${(last - deaf).toFixed(0)} ms after the start of the deafness`);
    await waitFor("one router holds the VIP", 1000, () => lab.holders().length === 1);
    await lab.served(client);
    for (const net of ["public", "private"] as const) await lab.network.mend("r2", net);
    await lab.settled();
    return { one: last - deaf };
  },
});
