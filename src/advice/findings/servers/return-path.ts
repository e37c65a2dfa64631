/** Whether real servers behind NAT answer through this router. */
import { printEndpoint } from "../../../model/address.ts";
import type { Finding } from "../finding.ts";
import { pairs } from "./pairs.ts";

export const returnPath: Finding = {
  name: "return-path",
  severity: "prevents",
  asks: "a TCP connection from an address that no machine has, answered through this router (when active)",
  says: "A real server behind NAT does not route its replies back through the router.",
  explains:
    "The client sees a reply from an address that it does not know, or none. The real server's default route must lead to nat_router, and a second interface must not bypass it.",
  examine: (facts) =>
    pairs(facts, "nat")
      .filter(({ found }) => found.answers === true && found.returns === false)
      .map(({ virtualServer, realServer }) => ({
        seen: `${realServer.name} (${printEndpoint(realServer.address, realServer.port)}) answers, but its reply to a client elsewhere does not come back here`,
        remedy: `lvsd realserver ${virtualServer.name} ${realServer.name} --method gateway`,
      })),
};
