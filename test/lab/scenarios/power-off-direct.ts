import { powerOff, powerOffGoals } from "../power-off.ts";
import { scenario } from "../scenario.ts";
import { directPair } from "../topology.ts";

export default scenario({
  title: "with direct routing: the active router loses power",
  topology: directPair,
  goals: powerOffGoals("direct routing, defaults", 1200),
  runs: 5,
  play: (lab) => powerOff(lab, {}),
});
