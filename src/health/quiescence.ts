/**
 * For how long a failed real server keeps its place in the table with weight 0 (`quiesce`).
 *
 * Over TCP that ends by itself: a client whose server is dead gives up, and opens a new connection.
 * Over UDP each datagram of a client that goes on sending renews the kernel's entry, so that it
 * would stay on the dead server for as long as it sends.
 */
import type { VirtualServer } from "../config/config.ts";
import { addMs, type Instant, type Ms, seconds } from "../model/time.ts";

/** A service that is only started anew keeps its clients. */
export const quiescedOverUdpMax: Ms = seconds(30);

/** The bound for the real servers of a virtual server; null: none. */
export const quiesceMaxOf = ({
  mark,
  protocol,
}: Pick<VirtualServer, "mark" | "protocol">): Ms | null => {
  const traffic = mark?.traffic.map((each) => each.protocol) ?? [];
  const protocols = traffic.length === 0 ? [protocol] : traffic;
  return protocols.includes("udp") ? quiescedOverUdpMax : null;
};

/** When the place of a server that has been failed since then is given up; null: never. */
export const quiescedUntil = (
  { quiesce, quiesceMax }: { readonly quiesce: boolean; readonly quiesceMax: Ms | null },
  failedSince: Instant | null,
): Instant | null =>
  !quiesce || quiesceMax === null || failedSince === null ? null : addMs(failedSince, quiesceMax);
