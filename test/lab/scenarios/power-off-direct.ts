import { powerOff, powerOffGoals } from "../faults/power-off.ts";
import { directPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "with direct routing: the active router loses power",
  topology: directPair,
  goals: powerOffGoals("direct routing, defaults", 1200),
  runs: 5,
  play: (lab) => powerOff(lab, {}),
});
