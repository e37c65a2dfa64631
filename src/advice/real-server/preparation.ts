/** What a script for real servers is made of: what one virtual server asks of its real servers. */

import type { Config, RealServer, VirtualServer } from "../../config/config.ts";
import { type Family, family, type IpAddress, type Prefix } from "../../model/address.ts";
import type { Forwarding, Protocol, Tunnel } from "../../model/service.ts";

/** What is balanced: a port or a range of ports of one protocol. */
export interface ServedPorts {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** One way in which packets come packed: packets of family `inner` in such of family `outer`. */
export interface Packed {
  readonly type: Tunnel["type"];
  readonly inner: Family;
  readonly outer: Family;
  /** The UDP port; null: not over UDP. */
  readonly port: number | null;
  /** GRE with a checksum, which only a device that expects one takes. */
  readonly checksum: boolean;
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
  /** Own addresses of the routers, where the script refuses to run unless they are real servers. */
  readonly routers: readonly IpAddress[];
  /** How packets come through tunnels; empty without tunnels. */
  readonly packed: readonly Packed[];
  /** Ports of passive FTP; null: no FTP. */
  readonly passivePorts: { readonly first: number; readonly last: number } | null;
}

/** Of the only real server that the text is for; a place to fill in where it is for several. */
export function ownOf({ realServers }: Preparation, wanted: Family): string {
  const own = realServers.filter((server) => family(server.address) === wanted);
  const [only] = own;
  return only !== undefined && own.length === 1 ? only.address : "OWN-ADDRESS";
}

/** What a virtual server asks of its real servers, or of one of them. */
export function preparationOf(
  config: Config,
  virtualServer: VirtualServer,
  chosen: { readonly realServers: readonly RealServer[]; readonly forwarding: Forwarding },
): Preparation {
  const { name, address, protocol, port, mark, ftp } = virtualServer;
  const { primary, backup } = config.routers;
  const vips = mark?.addresses ?? (address === null ? [] : [address]);
  return {
    name,
    forwarding: chosen.forwarding,
    vips,
    ports:
      mark?.traffic.map((each) => ({ protocol: each.protocol, first: each.from, last: each.to })) ??
      (port === null ? [] : [{ protocol, first: port, last: port }]),
    gateways: config.vips.flatMap(({ kind, prefix }) => (kind === "nat-router" ? [prefix] : [])),
    realServers: chosen.realServers,
    routers: [primary, ...(backup === null ? [] : [backup])].flatMap((router) => [
      router.public,
      ...(router.private === null ? [] : [router.private]),
    ]),
    packed: packedFor(vips, chosen.realServers, mark !== null),
    passivePorts: ftp && { first: ftp.passivePorts.from, last: ftp.passivePorts.to },
  };
}

/** In a service by mark a real server gets its own family's packets alone. */
function packedFor(
  vips: readonly IpAddress[],
  realServers: readonly RealServer[],
  byMark: boolean,
): readonly Packed[] {
  const ways = realServers
    .filter(({ forwarding }) => forwarding === "tunnel")
    .flatMap(({ address, tunnel }) =>
      ([4, 6] as const)
        .filter((inner) => vips.some((vip) => family(vip) === inner))
        .filter((inner) => !byMark || inner === family(address))
        .map((inner): Packed => {
          const port = tunnel.type === "gue" ? tunnel.port : null;
          const checksum = tunnel.type === "gre" && tunnel.checksum;
          return { type: tunnel.type, inner, outer: family(address), port, checksum };
        }),
    );
  return [...new Map(ways.map((way) => [JSON.stringify(way), way])).values()];
}
