import { playViaService } from "../actors/via-service.ts";
import type { Topology } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const topology: Topology = { forwarding: "nat", family: 4, realServers: 3 };

export default scenario({
  title: "via: service, nat, IPv4: finds a NAT server with another default route",
  topology,
  goals: {},
  limitSeconds: 150,
  benchOnly: true,
  async play(lab) {
    await playViaService(lab, topology);
    return {};
  },
});
