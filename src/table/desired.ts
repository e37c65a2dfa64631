/**
 * The table that should be: configuration x health.
 *
 * The order is part of the result and the same on both routers, whatever the order in the file:
 * services by `compareServices`, destinations by `compareDestinations`. The kernel's hashing
 * schedulers (sh, dh, mh) walk destinations in the order in which they were added.
 */
import { kindOf } from "../config/address-kinds.ts";
import { type Config, familiesOf, type RealServer, type VirtualServer } from "../config/config.ts";
import { highestFactor } from "../config/lifecycle/weight-scale.ts";
import {
  type Health,
  type RealServerHealth,
  type RealServerKey,
  realServerKey,
  type VirtualServerHealth,
} from "../health/health.ts";
import { weightWithin } from "../health/virtual-server.ts";
import { family, type IpAddress } from "../model/address.ts";
import {
  ipip,
  printDestination,
  printService,
  type ServiceIdentity,
  weightMax,
} from "../model/service.ts";
import { seconds } from "../model/time.ts";
import { privateServices } from "./private-services.ts";
import {
  compareDestinations,
  compareServices,
  type Destination,
  type Service,
  type Table,
} from "./table.ts";

/**
 * The desired table. An inactive virtual server is not in it; an active one is, even with no real
 * server left, so that its clients are refused rather than passed on to the router itself. A real
 * server is in it with the weight that its health gives it, or not at all.
 */
export function desiredTable(config: Config, health: Health, idle: Idle = notIdle): Table {
  const services = inTableOrder(config).flatMap((each) => desiredServices(each, health, idle));
  const all = [...services, ...privateServices(config)];
  return new Map(all.map((service) => [printService(service.identity), service]));
}

/** The virtual servers that have a service, in the order in which services are programmed. */
export const inTableOrder = (config: Config): readonly VirtualServer[] =>
  config.virtualServers
    .filter((virtualServer) => virtualServer.active)
    .map((server) => ({ server, identity: serviceIdentities(server)[0] }))
    .flatMap(({ server, identity }) => (identity === undefined ? [] : [{ server, identity }]))
    .sort((a, b) => compareServices(a.identity, b.identity))
    .map(({ server }) => server);

/** What the kernel knows this virtual server by: a mark is one service for each family. */
export function serviceIdentities(virtualServer: VirtualServer): readonly ServiceIdentity[] {
  const { mark, protocol, address, port } = virtualServer;
  if (mark !== null)
    return mark.families.map((of) => ({ kind: "fwmark", fwmark: mark.fwmark, family: of }));
  return address === null || port === null ? [] : [{ kind: "address", protocol, address, port }];
}

/** The service of a virtual server in which one of its real servers stands. */
export function serviceOf(virtualServer: VirtualServer, realServer: RealServer): ServiceIdentity {
  const services = serviceIdentities(virtualServer);
  const own = services.find(
    (each) => each.kind === "fwmark" && each.family === family(realServer.address),
  );
  const service = own ?? services[0];
  if (service === undefined) throw new RangeError(`${virtualServer.name} has no service`);
  return service;
}

/**
 * What the kernel knows this real server by. Only NAT changes the port of a packet: with direct
 * routing and tunnels the destination's port is the service's (ipvsadm would see to it silently).
 * By a mark a packet keeps its port where the destination's is 0 (ip_vs_core.c, ip_vs_schedule).
 */
export const destinationIdentity = (
  virtualServer: VirtualServer,
  realServer: RealServer,
): Destination["identity"] => ({
  address: realServer.address,
  port:
    virtualServer.mark !== null
      ? realServer.mapsPort
        ? realServer.port
        : 0
      : realServer.forwarding === "nat"
        ? realServer.port
        : (virtualServer.port ?? 0),
});

/**
 * The addresses at which a router that does not hold the VIPs is a real server itself; empty on the
 * one that does. A virtual server with such a real server has that one entry there: what the active
 * router sends it would otherwise be balanced again, to others.
 */
export type Idle = ReadonlySet<IpAddress>;

export const notIdle: Idle = new Set();

/**
 * Those of a router's addresses that real servers have: its own ones alone, of whichever family,
 * since a floating address is another machine's when it is not held here. One on loopback is each
 * router's own: to that of this machine the active router sends nothing.
 */
export function ownRealServers(
  { virtualServers, vips }: Config,
  addresses: readonly IpAddress[],
): Idle {
  const floating = new Set(vips.map(({ prefix }) => prefix.address));
  const own = new Set(
    addresses.filter((address) => !floating.has(address) && kindOf(address) !== "loopback"),
  );
  const servers = virtualServers.filter(({ active }) => active).flatMap((one) => one.realServers);
  return new Set(
    servers.filter(({ active, address }) => active && own.has(address)).map((one) => one.address),
  );
}

/** One virtual server's part of the desired table. */
export const desiredServices = (
  virtualServer: VirtualServer,
  health: Health,
  idle: Idle = notIdle,
): Service[] => {
  const { realServers } = virtualServer;
  const own = realServers.filter(({ active, address }) => active && idle.has(address));
  const served = own.length === 0 ? virtualServer : { ...virtualServer, realServers: own };
  return serviceIdentities(virtualServer).map((identity) =>
    desiredService(served, identity, health),
  );
};

function desiredService(
  virtualServer: VirtualServer,
  identity: ServiceIdentity,
  health: Health,
): Service {
  const { persistence } = virtualServer;
  const key = printService(identity);
  const whole = health.whole?.(virtualServer.name);
  const wanted = virtualServer.realServers.flatMap((realServer) => {
    const known = health.get(realServerKey(virtualServer.name, realServer.name));
    const weight = weightWithin(whole, realServer.weight, known);
    return weight === null ? [] : [{ realServer, weight, known }];
  });
  const isScaled = wanted.some(({ weight }) => !Number.isInteger(weight));
  const scale = isScaled ? virtualServer.weightScale : 1;
  const destinations = wanted
    .filter(({ realServer }) => printService(serviceOf(virtualServer, realServer)) === key)
    .map(({ realServer, weight, known }) =>
      desiredDestination(virtualServer, withConnections(realServer, known), {
        weight: Math.min(weightMax, Math.round(weight * scale)),
      }),
    )
    .concat(whole?.state === "sorry" ? sorryDestinations(virtualServer, identity, whole) : [])
    .sort((a, b) => compareDestinations(a.identity, b.identity));
  return {
    identity,
    scheduler: virtualServer.scheduler,
    schedulerFlags: virtualServer.schedulerFlags,
    onePacket: virtualServer.onePacket,
    persistence: persistence && {
      timeoutSeconds: Math.max(1, Math.ceil(persistence.timeout / seconds(1))),
      maskBits: maskBitsOf(virtualServer, persistence.maskBits, identity),
      engine: persistence.engine,
    },
    destinations: new Map(destinations.map((one) => [printDestination(one.identity), one])),
  };
}

/**
 * The netmask for the clients of one family. Where a virtual server has both, a length of at most
 * 32 is IPv4's, a longer one IPv6's, and the other family's clients are each one client.
 */
function maskBitsOf(server: VirtualServer, bits: number, identity: ServiceIdentity): number {
  if (identity.kind === "address" || familiesOf(server).length === 1) return bits;
  if (identity.family === 4) return Math.min(bits, 32);
  return bits <= 32 ? 128 : bits;
}

/** The limits that its agent asks for: a lower one above the upper one is none. */
function withConnections(realServer: RealServer, known: RealServerHealth | undefined): RealServer {
  const max = known?.connectionsMax;
  if (max === undefined) return realServer;
  const { min } = realServer.connections;
  return { ...realServer, connections: { max, min: min < max ? min : 0 } };
}

const desiredDestination = (
  virtualServer: VirtualServer,
  realServer: RealServer,
  { weight }: { readonly weight: number },
): Destination => ({
  identity: destinationIdentity(virtualServer, realServer),
  forwarding: realServer.forwarding,
  weight,
  thresholds: { upper: realServer.connections.max, lower: realServer.connections.min },
  tunnel: realServer.tunnel,
  foreignOptions: "",
});

/** The weight of the only one that gets connections. */
const sorryWeight = 1;

/** What the kernel knows the sorry server of a service by; null where it has none. */
export function sorryIdentity(
  { sorryServer, address, port }: VirtualServer,
  service: ServiceIdentity,
  localPort: number | null,
): Destination["identity"] | null {
  if (sorryServer === null) return null;
  const marked = service.kind === "fwmark";
  // The VIP itself at another port: NAT to an address of this machine is delivered here.
  const to = sorryServer === "local" ? address : sorryServer.address;
  if (to === null || (marked && family(to) !== service.family)) return null;
  if (sorryServer === "local") return localPort === null ? null : { address: to, port: localPort };
  // By a mark a packet keeps its port where none is given.
  const kept = marked ? 0 : (port ?? 0);
  return {
    address: to,
    port: sorryServer.forwarding === "nat" ? (sorryServer.port ?? kept) : kept,
  };
}

function sorryDestinations(
  virtualServer: VirtualServer,
  service: ServiceIdentity,
  { localPort }: VirtualServerHealth,
): readonly Destination[] {
  const { sorryServer } = virtualServer;
  const identity = sorryIdentity(virtualServer, service, localPort);
  if (sorryServer === null || identity === null) return [];
  const forwarding = sorryServer === "local" ? "nat" : sorryServer.forwarding;
  const plain = { thresholds: { upper: 0, lower: 0 }, tunnel: ipip, foreignOptions: "" };
  return [{ identity, forwarding, weight: sorryWeight, ...plain }];
}

/**
 * Whether the quorum of a virtual server was there, as a table that was found shows it: a sorry
 * server that is served says no, a real server that is served says yes, and else nothing is known.
 */
export function quorumFound(virtualServer: VirtualServer, table: Table): boolean | null {
  const found = serviceIdentities(virtualServer).map((each) => table.get(printService(each)));
  const served = found
    .flatMap((service) => [...(service?.destinations.values() ?? [])])
    .filter(({ weight }) => weight > 0);
  if (served.length === 0) return null;
  const own = new Set(
    virtualServer.realServers.map((each) =>
      printDestination(destinationIdentity(virtualServer, each)),
    ),
  );
  return served.every(({ identity }) => own.has(printDestination(identity)));
}

/**
 * What the weights of a virtual server are multiplied by in this table. A scaled one shows: its
 * highest weight is above all that the configuration could ask for as whole numbers.
 */
export function scaleIn(virtualServer: VirtualServer, table: Table): number {
  const { weightScale, realServers, loadMonitor } = virtualServer;
  if (weightScale === 1) return 1;
  const weights = serviceIdentities(virtualServer).flatMap((identity) =>
    Array.from(
      table.get(printService(identity))?.destinations.values() ?? [],
      ({ weight }) => weight,
    ),
  );
  const highest = Math.max(...realServers.map((each) => each.maintenance?.weight ?? each.weight));
  return Math.max(0, ...weights) > highest * highestFactor(loadMonitor) ? weightScale : 1;
}

/**
 * The weights of the configured real servers that stand in a table already, as they are configured:
 * what a starting daemon adopts. Real servers that are not in the table are not in the result.
 */
export function foundInTable(config: Config, table: Table): ReadonlyMap<RealServerKey, number> {
  const found = new Map<RealServerKey, number>();
  for (const virtualServer of config.virtualServers) {
    const scale = scaleIn(virtualServer, table);
    for (const realServer of virtualServer.realServers) {
      const service = table.get(printService(serviceOf(virtualServer, realServer)));
      const key = printDestination(destinationIdentity(virtualServer, realServer));
      const weight = service?.destinations.get(key)?.weight;
      if (weight !== undefined)
        found.set(realServerKey(virtualServer.name, realServer.name), weight / scale);
    }
  }
  return found;
}
