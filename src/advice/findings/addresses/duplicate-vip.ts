/** Whether another machine has a VIP. */
import type { Finding } from "../finding.ts";

export const duplicateVip: Finding = {
  name: "duplicate-vip",
  severity: "prevents",
  asks: "ARP probes and neighbour solicitations for each VIP",
  says: "A machine other than the two routers answers for a VIP.",
  explains:
    "Clients reach one holder or the other, by chance. The MAC address shows which machine it is; the switch knows its port.",
  examine: ({ vipAnswers, realServers, peerMacs }) => {
    // Those of real servers are a finding of their own.
    const known = new Set([...realServers.map(({ mac }) => mac), ...peerMacs]);
    return vipAnswers.flatMap(({ address, device, macs }) => {
      const strange = macs.filter((mac) => !known.has(mac));
      if (strange.length === 0) return [];
      return [
        {
          seen: `${strange.join(" and ")} answer${strange.length === 1 ? "s" : ""} for ${address} on ${device}`,
          remedy: `bridge fdb show | grep -i ${strange[0]}, on the switch; ip addr del ${address}, on that machine`,
        },
      ];
    });
  },
};
