import { switchOver } from "../faults/synchronised-switchovers.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const switchovers = 4;
const what = `${switchovers} switchovers with connection_sync`;

export default scenario({
  title: "with connection_sync, a switchover breaks no connection and no handshake",
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
  },
  async play(lab) {
    const { lost, failed } = await switchOver(lab, switchovers);
    return { lost, failed };
  },
});
