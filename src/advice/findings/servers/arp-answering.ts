/** Whether real servers with direct routing keep quiet about the VIP. */
import { vipsOf } from "../../../config/config.ts";
import type { Finding } from "../finding.ts";
import { pairs } from "./pairs.ts";

export const arpAnswering: Finding = {
  name: "arp-answering",
  severity: "prevents",
  asks: "ARP probes and neighbour solicitations for each VIP",
  says: "A real server answers ARP for the VIP.",
  explains:
    "Clients, or the gateway in front of them, then send everything to that one real server, past the router: no balancing, and no failover.",
  examine: (facts) => {
    const macsOf = new Map<string, readonly string[]>(
      facts.vipAnswers.map(({ address, macs }) => [address, macs]),
    );
    return pairs(facts, "direct").flatMap(({ virtualServer, realServer, found }) => {
      const { mac } = found;
      if (mac === null) return [];
      const answered = vipsOf(virtualServer).filter((vip) => macsOf.get(vip)?.includes(mac));
      if (answered.length === 0) return [];
      return [
        {
          seen: `${realServer.name} (${mac}) answers for ${answered.join(", ")}`,
          remedy: `lvsd realserver ${virtualServer.name} ${realServer.name}`,
        },
      ];
    });
  },
};
