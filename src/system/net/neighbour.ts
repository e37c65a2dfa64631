/**
 * Asks the kernel whether it knows the network card of the machine that takes packets to an
 * address: a route socket of netlink(7), two questions, no privilege, no program.
 */
import {
  type Neighbour,
  neighbourRequest,
  nextHopRequest,
  readNeighbour,
  readNextHop,
} from "../../kernel/next-hop.ts";
import type { IpAddress } from "../../model/address.ts";
import type { Origin } from "../../model/origin.ts";
import { close, connect, interfaceIndex, receive, send, socket } from "../libc.ts";
import {
  addressFamilyNetlink,
  routeProtocol,
  socketCloseOnExec,
  socketNonBlocking,
  socketRaw,
} from "../socket-kinds.ts";

const roomBytes = 8192;

/** The next machine on the way to somewhere: that one itself, or a gateway. */
export interface OnTheWay {
  readonly address: IpAddress;
  readonly known: Neighbour;
}

/**
 * What is known of the next machine on the way to `address` for packets of this origin; null:
 * nothing. Never throws.
 */
export function neighbourOnTheWay(
  address: IpAddress,
  origin: Pick<Origin, "device" | "mark"> | null = null,
): OnTheWay | null {
  const type = socketRaw | socketCloseOnExec | socketNonBlocking;
  const fd = socket(addressFamilyNetlink, type, routeProtocol);
  if (fd < 0) return null;
  try {
    const kernel = new Uint8Array(12);
    kernel[0] = addressFamilyNetlink;
    if (connect(fd, kernel, kernel.length) !== 0) return null;
    const { device = null, mark = null } = origin ?? {};
    const index = device === null ? 0 : interfaceIndex(device);
    const hop = readNextHop(ask(fd, nextHopRequest(address, index, mark ?? 0)), address);
    if (hop === null) return null;
    const known = readNeighbour(ask(fd, neighbourRequest(hop)));
    return known === null ? null : { address: hop.address, known };
  } finally {
    close(fd);
  }
}

/** The kernel's answer, which is there when the question has been taken; empty: there is none. */
function ask(fd: number, question: Uint8Array): Uint8Array {
  const room = new Uint8Array(roomBytes);
  if (send(fd, question, question.length, 0) !== question.length) return room.subarray(0, 0);
  return room.subarray(0, Math.max(0, receive(fd, room, room.length, 0)));
}
