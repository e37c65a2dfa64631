/**
 * Which connections were opened while SYNs were watched: what the kernel's list of connections says
 * too, but only to whoever reads all of it. Pure.
 *
 * A balanced SYN is seen twice, on its way in to the virtual server and on its way out to the real
 * server. Before it has left, its real server does not know of it, and its client sends it again.
 */
import type { Config } from "../config/config.ts";
import { addressBytes } from "../model/address.ts";
import { destinationIdentity } from "../table/desired.ts";
import type { Connection } from "./connection-list.ts";
import type { Syn } from "./syn.ts";

/** Virtual servers by their endpoint, each with the endpoints of its real servers. */
export type FollowedServices = ReadonlyMap<string, ReadonlySet<string>>;

/** One text for one endpoint. */
export const endpoint = (address: Uint8Array, port: number): string =>
  `${Buffer.from(address).toString("hex")} ${port}`;

/**
 * What SYNs can show: TCP through NAT, one connection at a time. Null when the connections of any
 * virtual server cannot be known by them: UDP has none, persistence binds those that follow, and
 * without NAT a packet does not say which real server it goes to.
 */
export function followedServices({ virtualServers }: Config): FollowedServices | null {
  const followed = new Map<string, ReadonlySet<string>>();
  for (const virtualServer of virtualServers) {
    const { active, protocol, persistence, address, port, realServers } = virtualServer;
    if (!active) continue;
    // A mark may stand for any address and port.
    if (address === null || port === null) return null;
    const nat = realServers.every(({ forwarding }) => forwarding === "nat");
    if (protocol !== "tcp" || persistence !== null || !nat) return null;
    const destinations = realServers.map((each) => destinationIdentity(virtualServer, each));
    followed.set(
      endpoint(addressBytes(address), port),
      new Set(destinations.map((each) => endpoint(addressBytes(each.address), each.port))),
    );
  }
  return followed;
}

/** What a SYN is known by on both its ways. */
const keyOf = ({ source, sourcePort, sequence }: Syn): string =>
  `${endpoint(source, sourcePort)} ${sequence}`;

const toEndpoint = ({ destination, destinationPort }: Syn): string =>
  endpoint(destination, destinationPort);

/**
 * The connections that these SYNs have opened, those of `before` while the addresses were here for
 * certain. Null when something happened that the configuration does not explain: a virtual server
 * or a real server that is not in it, or a SYN that should have gone on to one and has not.
 */
export function openedConnections(
  before: readonly Syn[],
  after: readonly Syn[],
  followed: FollowedServices,
): readonly Connection[] | null {
  const incoming = new Map<string, Syn>();
  const syns = [...before, ...after];
  for (const syn of syns) if (!syn.outgoing) incoming.set(keyOf(syn), syn);
  const opened = new Map<string, Connection>();
  for (const outgoing of syns) {
    if (!outgoing.outgoing) continue;
    const key = keyOf(outgoing);
    const arrived = incoming.get(key);
    // Our own, or merely passed on, as those to a VIP are once it is no longer here.
    if (arrived === undefined || toEndpoint(arrived) === toEndpoint(outgoing)) continue;
    if (!followed.get(toEndpoint(arrived))?.has(toEndpoint(outgoing))) return null;
    opened.set(key, connectionOf(arrived, outgoing));
  }
  for (const syn of before)
    if (!syn.outgoing && followed.has(toEndpoint(syn)) && !opened.has(keyOf(syn))) return null;
  return [...opened.values()];
}

/** In the state in which its SYN leaves it; the peer's kernel sees each next packet of it. */
const connectionOf = (arrived: Syn, outgoing: Syn): Connection => ({
  protocol: "tcp",
  addresses: Uint8Array.from([...arrived.source, ...arrived.destination, ...outgoing.destination]),
  clientPort: arrived.sourcePort,
  virtualPort: arrived.destinationPort,
  realPort: outgoing.destinationPort,
  state: "SYN_RECV",
  isTemplate: false,
  expires: 0,
});
