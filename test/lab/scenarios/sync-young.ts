import { scenario } from "../scenario.ts";
import { natPair } from "../topology.ts";
import { handOverYoung } from "../young-connections.ts";

export default scenario({
  title: "a connection is handed over however young it is",
  topology: natPair,
  goals: {
    broken: { what: "young connections broken", unit: "connections", atMost: 0, exact: true },
  },
  play: handOverYoung,
});
