import { powerOff, powerOffGoals } from "../faults/power-off.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "the active router loses power: its peer serves within 1.2 s at the default settings",
  topology: natPair,
  goals: powerOffGoals("defaults", 1200),
  runs: 5,
  play: (lab) => powerOff(lab, {}),
});
