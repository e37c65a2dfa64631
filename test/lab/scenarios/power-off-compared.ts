import { powerOff, powerOffGoals } from "../power-off.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";

export default scenario({
  title: "for comparison with keepalived: 100 ms / 300 ms, which is its advert_int 0.1",
  topology: natPair,
  goals: powerOffGoals("interval 100 ms, dead after 300 ms", 400),
  runs: 5,
  benchOnly: true,
  play: (lab) => powerOff(lab, { heartbeat: { interval: "100ms", dead_after: "300ms" } }),
});
