import { arrivingGoals, handOverArriving } from "../arriving-connections.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";

export default scenario({
  title: "connections that are just being opened are handed over, told by their SYNs",
  topology: natPair,
  goals: arrivingGoals,
  play: handOverArriving,
});
