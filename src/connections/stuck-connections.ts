/**
 * Connections whose handshake does not go on: what the kernel's list of connections says of real
 * servers that take no new ones. A client sends its SYN again after 1, 3 and 7 s; all the while the
 * kernel has the connection in SYN_RECV. Pure.
 *
 * It is a sign and no proof: a client may have gone, and a flood of made-up SYNs looks like it. So
 * a few of one real server are nothing, and what follows from more is a check.
 */
import type { Connection } from "./connection-list.ts";
import { endpoint } from "./opened-connections.ts";

/** So many of one real server that were there at the look before, too. */
const stuckMin = 3;
/** Of each look so many are remembered: a flood has no end. */
export const rememberedMax = 20_000;

/**
 * Names of real servers by the endpoint that a connection has; port 0 stands for any, as of a
 * service by mark, where connections keep theirs.
 */
export type NamesByEndpoint = ReadonlyMap<string, readonly string[]>;

/** What one look leaves for the next: each handshake that is under way, by a text of its own. */
export type Handshakes = ReadonlySet<string>;

export interface StuckLook {
  readonly handshakes: Handshakes;
  /** Real servers with enough handshakes that the look before had seen already. */
  readonly stuck: ReadonlySet<string>;
}

/** One look at the connections, after another. */
export function lookForStuck(
  connections: readonly Connection[],
  before: Handshakes,
  servers: NamesByEndpoint,
): StuckLook {
  const handshakes = new Set<string>();
  const counts = new Map<string, number>();
  for (const { protocol, state, addresses, clientPort, realPort } of connections) {
    if (protocol !== "tcp" || state !== "SYN_RECV" || handshakes.size >= rememberedMax) continue;
    const length = addresses.length / 3;
    const real = addresses.subarray(2 * length);
    const keys = servers.get(endpoint(real, realPort)) ?? servers.get(endpoint(real, 0));
    if (keys === undefined) continue;
    const name = `${endpoint(addresses.subarray(0, length), clientPort)} ${endpoint(real, realPort)}`;
    handshakes.add(name);
    if (before.has(name)) for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const stuck = [...counts].filter(([, count]) => count >= stuckMin).map(([key]) => key);
  return { handshakes, stuck: new Set(stuck) };
}
