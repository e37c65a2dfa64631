import { arrivingGoals, handOverArriving } from "../arriving-connections.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";

export default scenario({
  title: "IPv6 connections that are just being opened are handed over, told by their SYNs",
  topology: { ...natPair, family: 6 },
  goals: arrivingGoals,
  play: handOverArriving,
});
