import { type Fault, faultStory } from "../faults/fault.ts";
import type { NetName } from "../machine/topology.ts";

const cut = (nets: readonly NetName[], what: string, outage: number): Fault => ({
  what,
  bounds: { doubled: 40, outage },
  vips: "move",
  strike: (lab, { name }) => nets.forEach((net) => void lab.network.carrier(name, net, "down")),
  shows: ({ state, faults }) =>
    state === "fault" && faults.filter(({ kind }) => kind === "link").length === nets.length,
  mend: (lab, { name }) => nets.forEach((net) => void lab.network.carrier(name, net, "up")),
});

export default faultStory("a link of the active router fails, or both: the peer takes over", {
  private: cut(["private"], "private link down", 300),
  public: cut(["public"], "public link down", 300),
  // Nobody can be told, so that the peer waits for `dead_after`: 400 ms here.
  both: cut(["private", "public"], "both links down", 700),
});
