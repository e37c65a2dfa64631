import { arrivingGoals, handOverArriving } from "../faults/arriving-connections.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "connections that are just being opened are handed over, told by their SYNs",
  topology: natPair,
  goals: arrivingGoals,
  play: handOverArriving,
});
