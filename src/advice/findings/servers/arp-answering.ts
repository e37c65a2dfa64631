/** Whether real servers with direct routing keep quiet about the VIP. */

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
    const macsOf = new Map<string | null, readonly string[]>(
      facts.vipAnswers.map(({ address, macs }) => [address, macs]),
    );
    return pairs(facts, "direct").flatMap(({ virtualServer, realServer, found }) => {
      const macs = macsOf.get(virtualServer.address);
      if (found.mac === null || macs?.includes(found.mac) !== true) return [];
      return [
        {
          seen: `${realServer.name} (${found.mac}) answers for ${virtualServer.address}`,
          remedy: `lvsd realserver ${virtualServer.name} ${realServer.name}`,
        },
      ];
    });
  },
};
