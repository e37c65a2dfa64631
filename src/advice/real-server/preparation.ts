/** What a script for real servers is made of: what one virtual server asks of its real servers. */

import type { Config, RealServer, VirtualServer } from "../../config/config.ts";
import type { IpAddress, Prefix } from "../../model/address.ts";
import type { Forwarding, Protocol } from "../../model/service.ts";

/** What is balanced: a port or a range of ports of one protocol. */
export interface ServedPorts {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

export interface Preparation {
  /** The virtual server's name, which also names what the script leaves on the machine. */
  readonly name: string;
  readonly forwarding: Forwarding;
  readonly vips: readonly IpAddress[];
  /** Empty: every port (a firewall mark that the operator sets). */
  readonly ports: readonly ServedPorts[];
  /** The floating gateways of the real servers, at most one of each family. */
  readonly gateways: readonly Prefix[];
  /** The real servers that the script is for. */
  readonly realServers: readonly Pick<RealServer, "name" | "address">[];
  /** Own addresses of the routers, where the script refuses to run. */
  readonly routers: readonly IpAddress[];
  /** Ports of passive FTP; null: no FTP. */
  readonly passivePorts: { readonly first: number; readonly last: number } | null;
}

/** What a virtual server asks of its real servers, or of one of them. */
export function preparationOf(
  config: Config,
  virtualServer: VirtualServer,
  chosen: { readonly realServers: readonly RealServer[]; readonly forwarding: Forwarding },
): Preparation {
  const { name, address, protocol, port, mark, ftp } = virtualServer;
  const { primary, backup } = config.routers;
  return {
    name,
    forwarding: chosen.forwarding,
    vips: mark?.addresses ?? (address === null ? [] : [address]),
    ports:
      mark?.traffic.map((each) => ({ protocol: each.protocol, first: each.from, last: each.to })) ??
      (port === null ? [] : [{ protocol, first: port, last: port }]),
    gateways: config.vips.flatMap(({ kind, prefix }) => (kind === "nat-router" ? [prefix] : [])),
    realServers: chosen.realServers,
    routers: [primary, ...(backup === null ? [] : [backup])].flatMap((router) => [
      router.public,
      ...(router.private === null ? [] : [router.private]),
    ]),
    passivePorts: ftp && { first: ftp.passivePorts.from, last: ftp.passivePorts.to },
  };
}
