import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "somebody deletes the VIPs by hand: they are put back and announced",
  topology: natPair,
  goals: { back: { what: "deleted VIP is back after", unit: "ms", atMost: 1000 } },
  runs: 5,
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const { vip, natRouter } = lab.addresses;
    const client = await lab.startClient();
    let back = 0;
    for (const [address, device] of [
      [vip, "eth0"],
      [natRouter, "eth1"],
    ] as const) {
      await lab.r1.output("ip", "addr", "del", `${address}/32`, "dev", device);
      const deleted = lab.now();
      await waitFor(`${address} is back`, 10_000, () => lab.r1.holds(address), 2);
      back = Math.max(back, lab.now() - deleted);
      await lab.served(client);
    }
    lab.say(`back after ${back.toFixed(0)} ms at most`);
    await waitFor("the log tells of the loss", 3000, () => {
      return lab.r1.events().some((event) => event.event === "vip" && event.kind === "lost");
    });
    expect((await lab.r1.status()).state === "active", "r1 stayed active");
    expect(!lab.r2.holds(vip), "r2 did not interfere");
    return { back };
  },
});
