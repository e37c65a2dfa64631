/**
 * What must hold between virtual servers: no packet belongs to two of them, no two real servers of
 * one are the same to IPVS, and each check knows where to go.
 */
import type { Complaints } from "../../keys/complaints.ts";
import { family, type IpAddress, isAddress, printEndpoint } from "../../model/address.ts";
import { triedChecks } from "../config.ts";
import { addressOf, type RealServerWhole, type VirtualServerWhole, type Whole } from "../whole.ts";
import type { Traffic } from "./service.ts";

interface Claimed {
  readonly server: VirtualServerWhole;
  readonly address: IpAddress;
  readonly traffic: Traffic;
}

/** IPVS knows a virtual service by protocol, address and port, and by its mark before that. */
export function virtualServersDiffer({ virtualServers }: Whole, complaints: Complaints): void {
  const places = Map.groupBy(
    virtualServers.flatMap(claimedBy),
    ({ address, traffic }) => `${traffic.protocol} ${address}`,
  );
  const judged = new Set<VirtualServerWhole>();
  for (const claims of places.values()) {
    const sorted = claims.toSorted((a, b) => a.traffic.from - b.traffic.from);
    let widest: Claimed | undefined;
    for (const claim of sorted) {
      const overlaps = widest !== undefined && claim.traffic.from <= widest.traffic.to;
      if (overlaps && widest !== undefined && widest.server !== claim.server)
        complainOfTwo(claim, widest, virtualServers, judged, complaints);
      if (widest === undefined || claim.traffic.to >= widest.traffic.to) widest = claim;
    }
  }
}

function claimedBy(server: VirtualServerWhole): readonly Claimed[] {
  const { service } = server;
  if (service === undefined) return [];
  if (service.kind === "address")
    return [{ server, address: service.floating.prefix.address, traffic: service.traffic }];
  return service.addresses.flatMap((address) =>
    service.traffic.map((traffic) => ({ server, address, traffic })),
  );
}

/** The later one in the file is complained of, once. */
function complainOfTwo(
  one: Claimed,
  other: Claimed,
  order: readonly VirtualServerWhole[],
  judged: Set<VirtualServerWhole>,
  complaints: Complaints,
): void {
  const isLater = order.indexOf(one.server) > order.indexOf(other.server);
  const [late, early] = isLater ? [one, other] : [other, one];
  if (judged.has(late.server)) return;
  judged.add(late.server);
  const port = Math.max(one.traffic.from, other.traffic.from);
  const place = `${late.traffic.protocol} ${printEndpoint(late.address, port)}`;
  complaints.at(
    late.server.nameSpot,
    `${late.server.keys.path}: ${place} is served by ${early.server.keys.path} already`,
    "change the address, the port or the protocol of one",
  );
}

/** One mark, one virtual server. */
export function marksDiffer({ virtualServers }: Whole, complaints: Complaints): void {
  const seen = new Map<number, VirtualServerWhole>();
  for (const server of virtualServers) {
    const { service, keys } = server;
    if (service?.kind !== "mark" || service.fwmark === null) continue;
    const other = seen.get(service.fwmark);
    if (other === undefined) seen.set(service.fwmark, server);
    else
      complaints.at(
        keys.spotOf("fwmark"),
        `${keys.pathOf("fwmark")}: ${service.fwmark} is the mark of ${other.keys.path} already`,
        "give each virtual server its own mark",
      );
  }
}

/** IPVS knows a destination of a virtual service by address and port. */
export function realServersDiffer({ virtualServers }: Whole, complaints: Complaints): void {
  for (const server of virtualServers) {
    const seen = new Map<string, RealServerWhole>();
    for (const real of server.realServers) {
      const { address } = real.keys.values;
      if (address === undefined || real.port === undefined) continue;
      const endpoint =
        real.port === null || !mapsPort(server, real)
          ? address
          : isAddress(address)
            ? printEndpoint(address, real.port)
            : `${address}:${real.port}`;
      const other = seen.get(endpoint);
      if (other === undefined) seen.set(endpoint, real);
      else
        complaints.at(
          real.nameSpot,
          `${real.keys.path}: ${endpoint} is ${other.name} already`,
          "remove one of the two",
        );
    }
  }
}

/**
 * Whether connections go to the real server's own port. By a mark the kernel changes the port with
 * NAT and without persistence alone (ip_vs_core.c, ip_vs_sched_persist); with several ports that
 * would make one of them all.
 */
export function mapsPort(server: VirtualServerWhole, real: RealServerWhole): boolean {
  const { service } = server;
  if (service?.kind !== "mark") return true;
  const [first, ...more] = service.traffic;
  const isOne = first === undefined || (more.length === 0 && first.from === first.to);
  const given = real.keys.gives("port") && real.keys.values.port !== null;
  return isOne && given && real.forwarding === "nat" && server.persistence === null;
}

/** Where a port cannot be changed although it is one port to one other. */
export function marksKeepThePort({ virtualServers }: Whole, complaints: Complaints): void {
  for (const server of virtualServers) {
    const [first, ...more] = server.service?.kind === "mark" ? server.service.traffic : [];
    if (first === undefined || more.length > 0 || first.from !== first.to) continue;
    for (const real of server.realServers) {
      if (mapsPort(server, real) || typeof real.port !== "number") continue;
      if (real.port === first.from || real.forwarding !== "nat") continue;
      complaints.at(
        real.keys.spotOf("port"),
        `${real.keys.pathOf("port")}: ${real.port}, and persistence by a firewall mark keeps the port ${first.from}`,
        "let the real server listen there, or leave out the persistence",
      );
    }
  }
}

/** A mark alone says no port, and a check needs one. */
export function checksKnowTheirPort({ virtualServers }: Whole, complaints: Complaints): void {
  for (const { realServers, service } of virtualServers) {
    if (service?.kind !== "mark") continue;
    for (const { port, check, keys } of realServers) {
      if (port !== null || check === undefined) continue;
      const lost = triedChecks(check).some((each) => "port" in each && each.port === null);
      if (lost)
        complaints.at(
          keys.spot,
          `${keys.path}: the check of a service by firewall mark needs a port`,
          "add `port:` to the real server or to its check, or `check: { type: none }`",
        );
    }
  }
}

/** Without it a client's connections to the several ports may go to several real servers. */
export function severalPortsAreBound({ virtualServers }: Whole, complaints: Complaints): void {
  for (const { service, persistence, keys } of virtualServers) {
    if (service?.kind !== "mark" || persistence !== null) continue;
    const [first, ...more] = service.traffic;
    if (first === undefined || (more.length === 0 && first.from === first.to)) continue;
    complaints.warn(
      keys.spot,
      `${keys.path}: several ports without persistence: each connection may go to another real server`,
      "add `persistence: {}` where a client is to stay on one",
    );
  }
}

/** A real server stands in the service of its own family, which must be there. */
export function familiesOfMarks({ virtualServers }: Whole, complaints: Complaints): void {
  for (const { realServers, service } of virtualServers) {
    if (service?.kind !== "mark" || service.addresses.length === 0) continue;
    const families = new Set(service.addresses.map(family));
    for (const { keys } of realServers) {
      const address = addressOf(keys);
      if (address === undefined || families.has(family(address))) continue;
      complaints.at(
        keys.spotOf("address"),
        `${keys.pathOf("address")}: ${address} is IPv${family(address)}, and no VIP of its virtual server is`,
        "a service by firewall mark keeps the family",
      );
    }
  }
}
