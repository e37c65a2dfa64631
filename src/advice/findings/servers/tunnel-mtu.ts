/** Whether packed packets fit on the way to a real server. */
import { family } from "../../../model/address.ts";
import type { Tunnel } from "../../../model/service.ts";
import type { Finding } from "../finding.ts";
import { pairs } from "./pairs.ts";

/** Bytes around a packet: the outer header, and what the kind of tunnel adds (ip_vs_xmit.c). */
function around(outer: 4 | 6, tunnel: Tunnel): number {
  const header = outer === 4 ? 20 : 40;
  if (tunnel.type === "ipip") return header;
  if (tunnel.type === "gre") return header + (tunnel.checksum ? 8 : 4);
  return header + 8 + (tunnel.checksum === "remote" ? 12 : 4);
}

export const tunnelMtu: Finding = {
  name: "tunnel-mtu",
  severity: "endangers",
  asks: "the mtu of the route to each real server",
  says: "A full packet does not fit once it is packed into a tunnel.",
  explains:
    "Tunnels add 20 bytes (40 with IPv6), gre 4 to 8 more, gue 12 to 20 more. Where clients send 1500 and the way carries no more, large requests hang unless every client heeds ICMP.",
  examine: (facts) =>
    pairs(facts, "tunnel").flatMap(({ realServer, found }) => {
      const needed = 1500 + around(family(realServer.address), realServer.tunnel);
      const mtu = found.route?.mtu ?? null;
      if (mtu === null || mtu >= needed) return [];
      return [
        {
          seen: `the way to ${realServer.name} (${realServer.address}) carries ${mtu} bytes, and ${needed} are needed`,
          remedy: `ip link set ${found.route?.device} mtu ${needed}; or advmss ${mtu - (needed - 1500) - 40} on the real server's default route`,
        },
      ];
    }),
};
