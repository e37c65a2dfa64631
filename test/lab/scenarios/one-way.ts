import type { Router } from "../actors/router.ts";
import { type Fault, faultStory, handedOver, untouched } from "../faults/fault.ts";
import { underWayMax } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";

const nets = ["public", "private"] as const;

async function deafen(lab: Lab, { name }: Router): Promise<void> {
  await lab.network.impair(name, nets, "in", { loss: 100 }, "heartbeat");
}

async function mend(lab: Lab, { name }: Router): Promise<void> {
  await lab.network.mend(name, nets);
}

const onePath = (net: (typeof nets)[number]): Fault => ({
  what: `partition of the ${net} switch`,
  bounds: untouched,
  vips: "stay",
  strike: (lab) => lab.network.part(net),
  shows: ({ peer }) => peer?.alive === true && peer.paths.some(({ alive }) => !alive),
  mend: (lab) => lab.network.heal(net),
});

export default faultStory("a path between the routers is cut, or one direction of both", {
  publicPath: onePath("public"),
  privatePath: onePath("private"),
  deafHolder: {
    what: "the active router hears nothing, but is heard",
    // What waits in the queue of a cable is lost when the lab replaces the queue.
    bounds: { ...untouched, failed: underWayMax },
    vips: "stay",
    strike: deafen,
    shows: ({ peer }) => peer?.alive === false,
    mend,
  },
  deafStandby: {
    what: "the standby hears nothing, but is heard",
    // It takes over, as it must: for it the peer is dead. The other one hears that and
    // yields within two intervals.
    bounds: { ...handedOver, doubled: 300 },
    on: "standby",
    vips: "move",
    strike: deafen,
    shows: ({ peer }) => peer?.alive === false,
    mend,
  },
});
