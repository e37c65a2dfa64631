import { floodBoth, unchanged } from "../faults/flood.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** What a router of the lab's kernel can read, where a system call costs fifteen times as much. */
const rate = 10_000;
const seconds = 5;

export default scenario({
  title: "forged heartbeats from the peer's address, as many as can be read here, change nothing",
  topology: natPair,
  goals: { changes: unchanged(`${rate} forged heartbeats/s for ${seconds} s`) },
  play: (lab) => floodBoth(lab, rate, seconds),
});
