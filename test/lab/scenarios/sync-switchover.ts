import { scenario } from "../scenario.ts";
import { switchOver } from "../synchronised-switchovers.ts";
import { natPair } from "../topology.ts";

const switchovers = 6;

export default scenario({
  title: "with connection_sync, switchovers one after the other lose no established connection",
  topology: natPair,
  goals: {
    lost: {
      what: `${switchovers} switchovers with connection_sync: held connections lost`,
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    failed: {
      what: `${switchovers} switchovers with connection_sync: failed tries`,
      unit: "connections",
      atMost: 0,
    },
    outage: { what: "the longest client outage", unit: "ms", atMost: 50 },
  },
  runs: 3,
  benchOnly: true,
  play: async (lab) => ({ ...(await switchOver(lab, switchovers)) }),
});
