/**
 * The table that should be: configuration x health.
 *
 * The order is part of the result and the same on both routers, whatever the order in the file:
 * services by `compareServices`, destinations by `compareDestinations`. The kernel's hashing
 * schedulers (sh, dh, mh) walk destinations in the order in which they were added.
 */
import type { Config, RealServer, VirtualServer } from "../config/config.ts";
import { type Health, type RealServerKey, realServerKey } from "../health/health.ts";
import { printDestination, printService, type ServiceIdentity } from "../model/service.ts";
import { seconds } from "../model/time.ts";
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
export function desiredTable(config: Config, health: Health): Table {
  const services = inTableOrder(config).map((each) => desiredService(each, health));
  return new Map(services.map((service) => [printService(service.identity), service]));
}

/** The virtual servers that have a service, in the order in which services are programmed. */
export const inTableOrder = (config: Config): readonly VirtualServer[] =>
  config.virtualServers
    .filter((virtualServer) => virtualServer.active)
    .sort((a, b) => compareServices(serviceIdentity(a), serviceIdentity(b)));

/** What the kernel knows this virtual server by. */
export const serviceIdentity = (virtualServer: VirtualServer): ServiceIdentity => ({
  kind: "address",
  protocol: virtualServer.protocol,
  address: virtualServer.address,
  port: virtualServer.port,
});

/**
 * What the kernel knows this real server by. Only NAT changes the port of a packet: with direct
 * routing and tunnels the destination's port is the service's (ipvsadm would see to it silently).
 */
export const destinationIdentity = (
  virtualServer: VirtualServer,
  realServer: RealServer,
): Destination["identity"] => ({
  address: realServer.address,
  port: realServer.forwarding === "nat" ? realServer.port : virtualServer.port,
});

/** One virtual server's part of the desired table. */
export function desiredService(virtualServer: VirtualServer, health: Health): Service {
  const { persistence } = virtualServer;
  const destinations = virtualServer.realServers
    .flatMap((realServer) => {
      const key = realServerKey(virtualServer.name, realServer.name);
      const weight = health.get(key)?.tableWeight ?? null;
      return weight === null ? [] : [desiredDestination(virtualServer, realServer, weight)];
    })
    .sort((a, b) => compareDestinations(a.identity, b.identity));
  return {
    identity: serviceIdentity(virtualServer),
    scheduler: virtualServer.scheduler,
    schedulerFlags: virtualServer.schedulerFlags,
    onePacket: virtualServer.onePacket,
    persistence: persistence && {
      timeoutSeconds: Math.max(1, Math.ceil(persistence.timeout / seconds(1))),
      maskBits: persistence.maskBits,
      engine: persistence.engine,
    },
    destinations: new Map(destinations.map((one) => [printDestination(one.identity), one])),
  };
}

const desiredDestination = (
  virtualServer: VirtualServer,
  realServer: RealServer,
  weight: number,
): Destination => ({
  identity: destinationIdentity(virtualServer, realServer),
  forwarding: realServer.forwarding,
  weight,
  thresholds: { upper: realServer.connections.max, lower: realServer.connections.min },
  tunnel: realServer.tunnel,
  foreignOptions: "",
});

/**
 * The weights of the configured real servers that stand in a table already: what a starting daemon
 * adopts. Real servers that are not in the table are not in the result.
 */
export function foundInTable(config: Config, table: Table): ReadonlyMap<RealServerKey, number> {
  const found = new Map<RealServerKey, number>();
  for (const virtualServer of config.virtualServers) {
    const service = table.get(printService(serviceIdentity(virtualServer)));
    for (const realServer of virtualServer.realServers) {
      const key = printDestination(destinationIdentity(virtualServer, realServer));
      const weight = service?.destinations.get(key)?.weight;
      if (weight !== undefined)
        found.set(realServerKey(virtualServer.name, realServer.name), weight);
    }
  }
  return found;
}
