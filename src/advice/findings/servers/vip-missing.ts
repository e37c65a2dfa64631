/** Whether real servers take connections to the VIP. */
import { printEndpoint } from "../../../model/address.ts";
import type { Finding } from "../finding.ts";
import { pairs } from "./pairs.ts";

export const vipMissing: Finding = {
  name: "vip-missing",
  severity: "prevents",
  asks: "a TCP connection to the VIP in a frame to each real server",
  says: "A real server with direct routing does not take connections to the VIP.",
  explains:
    "It gets packets for the VIP as they are. Without the address, or a rule that redirects them, it drops them; a program that listens at its own address alone refuses them.",
  examine: (facts) =>
    pairs(facts, "direct")
      .filter(({ found }) => found.answers === true && found.takesVip === false)
      .map(({ virtualServer, realServer }) => ({
        seen: `${realServer.name} answers at ${printEndpoint(realServer.address, realServer.port)} and not for ${virtualServer.address}`,
        remedy: `lvsd realserver ${virtualServer.name} ${realServer.name}`,
      })),
};
