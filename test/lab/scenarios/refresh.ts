import { mislead, told } from "../actors/neighbour.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const refreshMs = 2000;

export default scenario({
  title: "a neighbour that was misled is told again where the VIP is, at each refresh",
  topology: natPair,
  goals: {
    told: { what: "announcements every 2 s: a neighbour is told after", unit: "ms", atMost: 2500 },
  },
  async play(lab) {
    const announce = { count: 2, interval: "100ms", refresh: `${refreshMs}ms` };
    await lab.startPair({ heartbeat: Lab.brisk, failover: { announce } });
    const { vip } = lab.addresses;
    const right = lab.network.link("r1", "public").mac;
    const wrong = "02:00:00:00:00:66";
    // The announcements of the takeover are over: what comes now is a refresh.
    await lab.elapse(500);
    let longest = 0;
    for (let time = 0; time < 3; time += 1) {
      await mislead("observer", vip, wrong);
      longest = Math.max(longest, await told("observer", vip, right, 2 * refreshMs));
    }
    lab.say(`told after ${longest.toFixed(0)} ms at most, three times`);
    return { told: longest };
  },
});
