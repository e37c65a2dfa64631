/** Whether real servers behind NAT have a gateway that moves. */
import { forwardingsOf } from "../facts.ts";
import type { Finding } from "../finding.ts";

export const natRouter: Finding = {
  name: "nat-router",
  severity: "endangers",
  asks: "the configuration: nat_router",
  says: "Real servers behind NAT have no floating gateway.",
  explains:
    "Their replies must come back through the active router. With one router's own address as their gateway they are lost after a failover.",
  examine: ({ config }) =>
    forwardingsOf(config).has("nat") &&
    config.routers.backup !== null &&
    !config.vips.some(({ kind }) => kind === "nat-router")
      ? [
          {
            seen: "forwarding: nat without nat_router",
            remedy: "nat_router: { address: ADDRESS/LENGTH }",
          },
        ]
      : [],
};
