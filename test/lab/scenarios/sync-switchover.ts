import { switchOver } from "../faults/synchronised-switchovers.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const switchovers = 50;
const what = `${switchovers} switchovers in a row with connection_sync`;
const atSpeed = "of those during which the machine was at its speed";

export default scenario({
  title: "with connection_sync, switchovers one after the other lose nothing, old or new",
  topology: natPair,
  goals: {
    lost: {
      what: `${what}: held connections lost`,
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    failed: {
      what: `${what}: failed tries`,
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    outage: { what: `${what}: the longest client outage`, unit: "ms", atMost: 20 },
    outageAtSpeed: { what: atSpeed, unit: "ms", atMost: 20 },
    waited: { what: `${what}: the longest that a new connection took`, unit: "ms" },
    quiet: { what: "and as often while nothing happened, the longest gap", unit: "ms" },
    quietAtSpeed: { what: atSpeed, unit: "ms" },
    took: { what: `${what}: the longest from request to done`, unit: "ms", atMost: 200 },
    asked: { what: "the same as the lab's own program sees it", unit: "ms" },
    slowed: { what: "switchovers during which the machine was slow", unit: "changes" },
    quietSlowed: { what: "and spans in which nothing happened", unit: "changes" },
  },
  // Half the kernel's: else the one that has handed over waits for the other's collection of garbage
  // before it hears that all is done. A quarter would cut hand-overs in two more often.
  turnMs: 50,
  limitSeconds: 240,
  benchOnly: true,
  play: async (lab) => ({ ...(await switchOver(lab, switchovers)) }),
});
