/** What the kernel's table shows of real servers that are being drained. */
import type { Config, RealServer, VirtualServer } from "../../config/config.ts";
import type { DrainLook } from "../../health/maintenance/drain.ts";
import { type OrderKey, orderKey } from "../../health/maintenance/orders.ts";
import { mixesUdp } from "../../health/quiescence.ts";
import { printDestination, printService } from "../../model/service.ts";
import { type Ms, seconds } from "../../model/time.ts";
import { destinationIdentity, serviceOf } from "../../table/desired.ts";
import type { TableState } from "../table/reconciler.ts";

export interface DrainedServer {
  readonly virtualServer: VirtualServer;
  readonly realServer: RealServer;
}

/** How long the kernel keeps an entry of UDP, by itself for 300 s (ipvsadm(8), --set). */
export const udpTimeoutOf = (timeouts: Config["timeouts"]): Ms => timeouts?.udp ?? seconds(300);

/** The configured real servers whose keys `wanted` has. */
export function serversIn(
  config: Config,
  wanted: ReadonlyMap<OrderKey, unknown>,
): ReadonlyMap<OrderKey, DrainedServer> {
  const found = new Map<OrderKey, DrainedServer>();
  for (const virtualServer of config.virtualServers)
    for (const realServer of virtualServer.realServers) {
      const key = orderKey({ virtualServer: virtualServer.name, realServer: realServer.name });
      if (wanted.has(key)) found.set(key, { virtualServer, realServer });
    }
  return found;
}

/** Behind a firewall mark there may be several protocols. */
const carriesUdp = ({ protocol, mark }: VirtualServer): boolean => {
  const traffic = mark?.traffic.map((each) => each.protocol) ?? [];
  return (traffic.length === 0 ? [protocol] : traffic).includes("udp");
};

/** As the table was last looked at. A server that is not in it has no connection any more. */
export function drainLook(
  { virtualServer, realServer }: DrainedServer,
  { table, counters }: Pick<TableState, "table" | "counters">,
  timeouts: Config["timeouts"],
): DrainLook {
  const isUdp = carriesUdp(virtualServer) && !mixesUdp(virtualServer);
  const udpTimeout = isUdp ? udpTimeoutOf(timeouts) : null;
  const service = printService(serviceOf(virtualServer, realServer));
  const destination = printDestination(destinationIdentity(virtualServer, realServer));
  const weight = table?.get(service)?.destinations.get(destination)?.weight ?? 0;
  if (table === null || weight > 0) return { connections: null, active: 0, udpTimeout };
  const counted = counters.get(service)?.get(destination);
  const { activeConnections = 0, inactiveConnections = 0 } = counted ?? {};
  const connections = activeConnections + inactiveConnections;
  return { connections, active: activeConnections, udpTimeout };
}
