/**
 * Flows of UDP that are to leave real servers, failed or drained, which keep their place for what
 * is established over other protocols: which of the kernel's connections these are, and which real
 * servers they go to. Pure.
 */
import type { Config, VirtualServer } from "../config/config.ts";
import { type RealServerKey, realServerKey } from "../health/health.ts";
import { mixesUdp } from "../health/quiescence.ts";
import { addressBytes } from "../model/address.ts";
import { printDestination, printService } from "../model/service.ts";
import { destinationIdentity, serviceOf } from "../table/desired.ts";
import type { Destination, Table } from "../table/table.ts";
import type { Connection } from "./connection-list.ts";
import { endpoint } from "./opened-connections.ts";

/** A real server that flows are to leave, and those that get them by their weights. */
export interface Leaving {
  readonly key: RealServerKey;
  /** The firewall mark that its virtual server goes by. */
  readonly mark: number;
  /** The VIPs, as `endpoint` prints them with port 0. */
  readonly vips: ReadonlySet<string>;
  /** The ports of UDP there that the mark is for. */
  readonly ports: readonly PortRange[];
  readonly from: string;
  readonly to: readonly Place[];
}

interface PortRange {
  readonly from: number;
  readonly to: number;
}

interface Place {
  readonly address: Uint8Array;
  /** 0: connections keep theirs. */
  readonly port: number;
  readonly weight: number;
}

/** A connection with its new real server. */
export interface MovedFlow {
  readonly key: RealServerKey;
  readonly connection: Connection;
}

/**
 * The real servers whose flows are to leave, `due` for that, as the kernel's table has them: at
 * weight 0, with others that have one. Where there are no others nothing would be better.
 */
export function leavingServers(
  { virtualServers }: Config,
  table: Table,
  due: (key: RealServerKey) => boolean,
): readonly Leaving[] {
  return virtualServers
    .filter((each) => each.active && !each.onePacket && mixesUdp(each))
    .flatMap((virtualServer) =>
      virtualServer.realServers.flatMap((realServer): readonly Leaving[] => {
        const { mark } = virtualServer;
        const key = realServerKey(virtualServer.name, realServer.name);
        if (mark === null || !due(key)) return [];
        const service = table.get(printService(serviceOf(virtualServer, realServer)));
        const identity = destinationIdentity(virtualServer, realServer);
        const own = service?.destinations.get(printDestination(identity));
        const to = placesOf([...(service?.destinations.values() ?? [])]);
        if (own === undefined || own.weight > 0 || to.length === 0) return [];
        const from = endpoint(addressBytes(identity.address), identity.port);
        const ports = mark.traffic.filter(({ protocol }) => protocol === "udp");
        return [{ key, mark: mark.fwmark, vips: vipsOf(virtualServer), ports, from, to }];
      }),
    );
}

const vipsOf = ({ mark }: VirtualServer): ReadonlySet<string> =>
  new Set(mark?.addresses.map((address) => endpoint(addressBytes(address), 0)));

const placesOf = (destinations: readonly Destination[]): readonly Place[] =>
  destinations
    .filter(({ weight }) => weight > 0)
    .map(({ identity: { address, port }, weight }) => {
      return { address: addressBytes(address), port, weight };
    });

/** The flows that are to move, each with its new real server. */
export function movedFlows(
  connections: readonly Connection[],
  leaving: readonly Leaving[],
): readonly MovedFlow[] {
  const given = new Map<Place, number>();
  return connections.flatMap((connection): readonly MovedFlow[] => {
    const { protocol, isTemplate, addresses, virtualPort, realPort } = connection;
    if (protocol !== "udp" || isTemplate) return [];
    // Other virtual servers may have the same VIP and the same real server.
    const ofPort = leaving.filter(({ ports }) => covers(ports, virtualPort));
    if (ofPort.length === 0) return [];
    const length = addresses.length / 3;
    const vip = endpoint(addresses.subarray(length, 2 * length), 0);
    const real = addresses.subarray(2 * length);
    const froms = [endpoint(real, realPort), endpoint(real, 0)];
    const found = ofPort.find(({ vips, from }) => vips.has(vip) && froms.includes(from));
    const to = found && next(found.to, length, given);
    if (found === undefined || to === undefined) return [];
    given.set(to, (given.get(to) ?? 0) + 1);
    const moved = Uint8Array.from(addresses);
    moved.set(to.address, 2 * length);
    const port = to.port === 0 ? virtualPort : to.port;
    const mark = found.mark;
    return [
      { key: found.key, connection: { ...connection, addresses: moved, realPort: port, mark } },
    ];
  });
}

const covers = (ports: readonly PortRange[], port: number): boolean =>
  ports.some(({ from, to }) => from <= port && port <= to);

/** What has become of flows that were sent; of those that have ended since, nothing. */
export interface Whereabouts {
  readonly moved: readonly MovedFlow[];
  readonly stayed: readonly MovedFlow[];
}

/** `connections`, `next`: the kernel's as they are now, and which of them are to move now. */
export function whereabouts(
  sent: readonly MovedFlow[],
  connections: readonly Connection[],
  next: readonly MovedFlow[],
): Whereabouts {
  if (sent.length === 0) return { moved: [], stayed: [] };
  const bySides = new Map(sent.map((each) => [clientAndVip(each.connection), each]));
  const moved = connections.flatMap((connection): readonly MovedFlow[] => {
    if (connection.protocol !== "udp" || connection.isTemplate) return [];
    const found = bySides.get(clientAndVip(connection));
    return found !== undefined && sameRealServer(found.connection, connection) ? [found] : [];
  });
  const stayed = next.filter(
    ({ key, connection }) => bySides.get(clientAndVip(connection))?.key === key,
  );
  return { moved, stayed };
}

const clientAndVip = ({ addresses, clientPort, virtualPort }: Connection): string =>
  `${endpoint(addresses.subarray(0, (addresses.length / 3) * 2), clientPort)} ${virtualPort}`;

const sameRealServer = (one: Connection, other: Connection): boolean =>
  one.realPort === other.realPort && Buffer.compare(one.addresses, other.addresses) === 0;

/** The one that has got the least for its weight. */
function next(
  places: readonly Place[],
  addressLength: number,
  given: ReadonlyMap<Place, number>,
): Place | undefined {
  const share = (place: Place): number => ((given.get(place) ?? 0) + 1) / place.weight;
  return places
    .filter(({ address }) => address.length === addressLength)
    .reduce<Place | undefined>(
      (best, place) => (best === undefined || share(place) < share(best) ? place : best),
      undefined,
    );
}
