/**
 * The ways between the two routers: which socket, from where, to where. Pure but for the sockets
 * that a way owns; what comes and goes on them is heartbeat.ts.
 *
 * The two files may disagree: after a reload of one of them, the peer goes on speaking in the
 * former way; with a mistyped address it is heard from elsewhere. Both ways stay in use for as long
 * as the peer is last heard on them.
 */
import { addressesOf, type Config } from "../../config/config.ts";
import type { PulseFamily } from "../../heartbeat/pulse.ts";
import { type IpAddress, printEndpoint } from "../../model/address.ts";
import { otherRole, type Role } from "../../model/router.ts";
import type { Instant } from "../../model/time.ts";
import type { Endpoint, HeartbeatPath } from "../../system/net/datagram.ts";

/** What a file asks for. */
export interface WantedPath {
  readonly name: string;
  readonly number: number;
  readonly own: IpAddress;
  readonly peer: IpAddress;
  readonly port: number;
}

/** One socket, and where the peer is on it. */
export interface Way extends WantedPath {
  readonly socket: HeartbeatPath;
  failing: string | null;
  /** Where the peer was last heard on it, if not where the file says. */
  elsewhere: Endpoint | null;
  /** When a beat of the peer last came this way; when it was opened, before the first one. */
  heardAt: Instant;
}

/** What a pair is in the words of pulse: one without virtual servers is for its services. */
export const pulseFamilyOf = ({ virtualServers, failover }: Config): PulseFamily =>
  virtualServers.length === 0 && failover.services.length > 0 ? "fos" : "lvs";

/** The paths that a configuration gives a router of this role; empty without a peer. */
export function wantedPaths(config: Config, role: Role): WantedPath[] {
  const own = addressesOf(config, role);
  const peer = addressesOf(config, otherRole(role));
  if (own === null || peer === null) return [];
  const { port } = config.heartbeat;
  const paths = [{ name: "public", number: 0, own: own.public, peer: peer.public, port }];
  if (own.private !== null && peer.private !== null)
    paths.push({ name: "private", number: 1, own: own.private, peer: peer.private, port });
  return paths;
}

/** Their names, which are the same on both routers. */
export const pathNames = (config: Config): readonly string[] =>
  wantedPaths(config, "primary").map(({ name }) => name);

export const sameSocket = (a: WantedPath, b: WantedPath): boolean =>
  a.own === b.own && a.port === b.port;
export const sameEnds = (a: WantedPath, b: WantedPath): boolean =>
  a.number === b.number && a.peer === b.peer && sameSocket(a, b);

export const sameEndpoint = (a: Endpoint | null, b: Endpoint): boolean =>
  a !== null && a.address === b.address && a.port === b.port;

/** How the peer speaks on a path, where that is not as this file has it; null: as it says. */
export function differenceOf(way: WantedPath, used: Way): string | null {
  const { name, own, peer, port } = way;
  if (!sameSocket(way, used))
    return (
      `path ${name}: the peer still speaks to ${printEndpoint(used.own, used.port)}, ` +
      `which is now ${printEndpoint(own, port)} in this file`
    );
  if (used.elsewhere === null) return null;
  const { address, port: at } = used.elsewhere;
  return (
    `path ${name}: the peer is at ${printEndpoint(address, at)}, ` +
    `which is ${printEndpoint(peer, port)} in this file`
  );
}

/** A way whose socket serves what is wanted now; the peer may be elsewhere. */
export const takesOver = (want: WantedPath, way: Way): boolean =>
  want.number === way.number && sameSocket(want, way);

/** The same socket; a peer whose address changes in this file is expected where it was as well. */
export function retargeted(way: Way, want: WantedPath): Way {
  if (sameEnds(way, want)) return Object.assign(way, want);
  const elsewhere = way.elsewhere ?? { address: way.peer, port: way.port };
  way.socket.meet(want.peer);
  const back = elsewhere.address === want.peer && elsewhere.port === want.port;
  return Object.assign(way, want, { elsewhere: back ? null : elsewhere });
}
