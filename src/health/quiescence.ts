/**
 * For how long a failed real server keeps its place in the table with weight 0 (`quiesce`).
 *
 * Over TCP that ends by itself: a client whose server is dead gives up, and opens a new connection.
 * Over UDP each datagram of a client that goes on sending renews the kernel's entry, so that it
 * would stay on the dead server for as long as it sends.
 *
 * A firewall mark may stand for both. Its destination is one for all protocols, and with its place
 * all its connections would end (ip_vs_core.c, ip_vs_in). So there it keeps the place, and its
 * flows of UDP are moved one by one (connections/quiesced-flows.ts).
 */
import type { VirtualServer } from "../config/config.ts";
import { addMs, type Instant, type Ms, seconds } from "../model/time.ts";

/** A service that is only started anew keeps its clients. */
export const quiescedOverUdpMax: Ms = seconds(30);

type Balanced = Pick<VirtualServer, "mark" | "protocol">;

function protocolsOf({ mark, protocol }: Balanced): ReadonlySet<VirtualServer["protocol"]> {
  const traffic = mark?.traffic.map((each) => each.protocol) ?? [];
  return new Set(traffic.length === 0 ? [protocol] : traffic);
}

/** Whether its real servers have connections, and flows of UDP too. */
export const mixesUdp = (virtualServer: Balanced): boolean => {
  const protocols = protocolsOf(virtualServer);
  return protocols.has("udp") && protocols.size > 1;
};

/** The bound for the real servers of a virtual server; null: none. */
export const quiesceMaxOf = (virtualServer: Balanced): Ms | null =>
  protocolsOf(virtualServer).has("udp") && !mixesUdp(virtualServer) ? quiescedOverUdpMax : null;

/** When the place of a server that has been failed since then is given up; null: never. */
export const quiescedUntil = (
  { quiesce, quiesceMax }: { readonly quiesce: boolean; readonly quiesceMax: Ms | null },
  failedSince: Instant | null,
): Instant | null =>
  !quiesce || quiesceMax === null || failedSince === null ? null : addMs(failedSince, quiesceMax);
