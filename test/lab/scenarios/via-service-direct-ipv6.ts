import { playViaService } from "../actors/via-service.ts";
import type { Topology } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const topology: Topology = { forwarding: "direct", family: 6, realServers: 3 };

export default scenario({
  title: "via: service, direct, IPv6: finds a direct-routing server without the VIP on lo",
  topology,
  goals: {},
  limitSeconds: 150,
  benchOnly: true,
  async play(lab) {
    await playViaService(lab, topology);
    return {};
  },
});
