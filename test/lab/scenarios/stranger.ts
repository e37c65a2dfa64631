import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "a third machine answers for the VIP: both routers' operators are told who",
  topology: natPair,
  goals: {
    outage: { what: "a third machine claims the VIP: nobody answers for", unit: "ms", atMost: 300 },
  },
  async play(lab) {
    const announce = { count: 5, interval: "300ms", refresh: "1s" };
    await lab.startPair({ heartbeat: Lab.brisk, failover: { announce } });
    const { vip } = lab.addresses;
    const client = await lab.startClient();
    await lab.r1.output("ip", "-n", "observer", "addr", "add", `${vip}/24`, "dev", "eth0");
    const mac = lab.network.link("observer", "public").mac;
    await lab.r1.output(
      "ip",
      "netns",
      "exec",
      "observer",
      "arping",
      "-q",
      "-U",
      "-c",
      "1",
      "-I",
      "eth0",
      vip,
    );
    const status = await lab.r1.sees("status names the stranger", 10_000, ({ vips }) => {
      return vips.some((each) => each.address.startsWith(vip) && each.answered_by === mac);
    });
    expect(status.state === "active", "a stranger takes nothing away");
    const event = lab.r1.events().find((each) => each.event === "vip" && each.kind === "stranger");
    expect(event?.message.includes(mac) === true, `the event names it: ${event?.message}`);
    lab.say(event?.message ?? "");
    await lab.r1.output("ip", "-n", "observer", "addr", "del", `${vip}/24`, "dev", "eth0");
    await lab.r1.sees("and forgets it when it has gone", 20_000, ({ vips }) => {
      return vips.every((each) => each.answered_by === null);
    });
    const { outage, failed } = await client.report();
    lab.say(`the client was led astray for ${outage.toFixed(0)} ms; ${failed} tries failed`);
    return { outage };
  },
});
