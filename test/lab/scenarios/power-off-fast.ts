import { powerOff, powerOffGoals } from "../faults/power-off.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "the active router loses power: its peer serves within 250 ms at 50 ms / 150 ms",
  topology: natPair,
  goals: powerOffGoals("interval 50 ms, dead after 150 ms", 250),
  runs: 5,
  play: (lab) => powerOff(lab, { heartbeat: { interval: "50ms", dead_after: "150ms" } }),
});
