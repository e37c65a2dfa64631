import { powerOff, powerOffGoals } from "../faults/power-off.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "over IPv6 alone, heartbeat included: the active router loses power",
  topology: { forwarding: "nat", family: 6, realServers: 3 },
  goals: powerOffGoals("IPv6, defaults", 1200),
  runs: 5,
  play: (lab) => powerOff(lab, {}),
});
