/** Whether real servers take connections to the VIP. */
import { vipsOf } from "../../../config/config.ts";
import { printEndpoint } from "../../../model/address.ts";
import type { Finding } from "../finding.ts";
import { pairs } from "./pairs.ts";

export const vipMissing: Finding = {
  name: "vip-missing",
  severity: "prevents",
  asks: "TCP connections to the VIPs in frames to each real server",
  says: "A real server with direct routing does not take connections to the VIP.",
  explains:
    "It gets packets for the VIP as they are. Without the address, or a rule that redirects them, it drops them; a program that listens at its own address alone refuses them.",
  examine: (facts) =>
    pairs(facts, "direct").flatMap(({ virtualServer, realServer, found }) => {
      const vips = vipsOf(virtualServer);
      const refused = (found.refusedVips ?? []).filter((vip) => vips.includes(vip));
      if (refused.length === 0) return [];
      return [
        {
          seen: `${realServer.name} answers at ${printEndpoint(realServer.address, realServer.port)} and not for ${refused.join(", ")}`,
          remedy: `lvsd realserver ${virtualServer.name} ${realServer.name}`,
        },
      ];
    }),
};
