/** Whether real servers behind NAT have a gateway that moves. */
import type { Config } from "../../../config/config.ts";
import { bitsOf, family, holds, type IpAddress } from "../../../model/address.ts";
import type { Finding } from "../finding.ts";

export const natRouter: Finding = {
  name: "nat-router",
  severity: "endangers",
  asks: "the configuration: nat_router",
  says: "Real servers behind NAT have no floating gateway.",
  explains:
    "Their replies must come back through the active router. With one router's own address as their gateway they are lost after a failover.",
  examine: ({ config }) => {
    if (config.routers.backup === null) return [];
    const servers = config.virtualServers
      .flatMap(({ realServers }) => realServers)
      .filter(({ forwarding }) => forwarding === "nat");
    const lacking = servers.filter(({ address }) => !hasGateway(config, address));
    const [first] = lacking;
    if (first === undefined) return [];
    const none = !config.vips.some(({ kind }) => kind === "nat-router");
    return [
      {
        seen: none
          ? "forwarding: nat without nat_router"
          : `${first.name} (${first.address}) is reached by NAT, and nat_router has no address of IPv${family(first.address)}`,
        remedy: none
          ? "nat_router: { address: ADDRESS/LENGTH }"
          : "nat_router: { address: [IPV4/LENGTH, IPV6/LENGTH] }",
      },
    ];
  },
};

/** One of its family in nat_router, or any floating address in its own network. */
const hasGateway = ({ vips }: Config, address: IpAddress): boolean =>
  vips.some(
    ({ kind, prefix }) =>
      family(prefix.address) === family(address) &&
      (kind === "nat-router" ||
        (prefix.length < bitsOf(family(address)) && holds(prefix, address))),
  );
