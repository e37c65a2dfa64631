import { scenario } from "../scenario.ts";
import { switchOver } from "../synchronised-switchovers.ts";
import { natPair } from "../topology.ts";

const switchovers = 3;

export default scenario({
  title: "with connection_sync, a switchover breaks no connection that was established before",
  topology: natPair,
  goals: {
    lost: {
      what: `${switchovers} switchovers with connection_sync: held connections lost`,
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  async play(lab) {
    const { lost } = await switchOver(lab, switchovers);
    return { lost };
  },
});
