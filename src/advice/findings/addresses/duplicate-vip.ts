/** Whether another machine has a VIP. */
import type { Finding } from "../finding.ts";

export const duplicateVip: Finding = {
  name: "duplicate-vip",
  severity: "prevents",
  asks: "ARP probes and neighbour solicitations for each VIP",
  says: "A machine that is none of the two routers answers for a VIP.",
  explains:
    "Clients reach one holder or the other, by chance. The MAC address tells which machine it is; the switch knows its port.",
  examine: ({ vipAnswers, realServers, daemon, config }) =>
    vipAnswers.flatMap(({ address, device, macs }) => {
      const servers = new Set(realServers.flatMap(({ mac }) => (mac === null ? [] : [mac])));
      const strange = macs.filter((mac) => !servers.has(mac));
      // One of them is the peer, while it is the active one: who says so is the daemon.
      const allowed = daemon?.state !== "active" && config.routers.backup !== null ? 1 : 0;
      if (strange.length <= allowed) return [];
      return [
        {
          seen: `${strange.join(" and ")} answer${strange.length === 1 ? "s" : ""} for ${address} on ${device}`,
          remedy: `bridge fdb show | grep -i ${strange[0]}, on the switch; ip addr del ${address}, on that machine`,
        },
      ];
    }),
};
