import { expect, waitFor } from "../instruments/wait.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "SIGSTOP of the active daemon for 2 s and SIGCONT: the sleeper yields first",
  topology: natPair,
  goals: { doubled: { what: "after SIGCONT: two holders for", unit: "ms", atMost: 50 } },
  runs: 5,
  async play(lab) {
    await lab.startPair({ failover: { failback: "manual" } });
    const client = await lab.startClient();
    lab.r1.pause();
    lab.say("r1's daemon sleeps");
    await lab.r2.reaches("active", 5000);
    await lab.stays(800, "its kernel still holds the VIP", () => lab.holders().length === 2);
    // Who looks must not wait for the processor until the one that is looked at has done.
    await output("chrt", "--fifo", "--pid", "1", `${process.pid}`);
    const woken = lab.now();
    lab.r1.resume();
    await waitFor("one router holds the VIP", 5000, () => lab.holders().length === 1, 2);
    const doubled = lab.now() - woken;
    await output("chrt", "--other", "--pid", "0", `${process.pid}`);
    lab.say(`one holder ${doubled.toFixed(0)} ms after SIGCONT at ${lab.wallClock(woken)}`);
    expect(lab.holder() === lab.r2, "it is r2");
    await lab.r1.reaches("standby", 5000);
    await lab.stays(1000, "and it stays so", () => lab.holder() === lab.r2);
    await lab.served(client);
    return { doubled };
  },
});
