import { handOverArriving } from "../arriving-connections.ts";
import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";

export default scenario({
  title: "IPv6 connections that are just being opened are handed over, told by their SYNs",
  topology: { ...natPair, family: 6 },
  goals: {
    broken: {
      ...{ what: "connections broken that were opened during 6 switchovers" },
      ...{ unit: "connections", atMost: 0, exact: true },
    },
    reread: {
      ...{ what: "switchovers whose SYNs left a doubt, so that the list was read once more" },
      ...{ unit: "changes", atMost: 0, exact: true },
    },
  },
  play: handOverArriving,
});
