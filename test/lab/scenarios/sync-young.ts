import { handOverYoung } from "../faults/young-connections.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "a connection is handed over however young it is",
  topology: natPair,
  goals: {
    broken: { what: "young connections broken", unit: "connections", atMost: 0, exact: true },
  },
  play: handOverYoung,
});
