/** Whether real servers with direct routing are in a connected network. */
import type { Finding } from "../finding.ts";
import { pairs } from "./pairs.ts";

export const near: Finding = {
  name: "not-connected",
  severity: "prevents",
  asks: "the route to each real server",
  says: "A real server with direct routing is behind a gateway.",
  explains:
    "Direct routing changes the link-layer address of a packet and nothing else, so that the real server must be in a network of this router.",
  examine: (facts) =>
    pairs(facts, "direct").flatMap(({ realServer, found }) =>
      found.route === null || found.route.via === null
        ? []
        : [
            {
              seen: `${realServer.name} (${realServer.address}) is reached through ${found.route.via}`,
              remedy: "forwarding: nat, or an address of it in a connected network",
            },
          ],
    ),
};
