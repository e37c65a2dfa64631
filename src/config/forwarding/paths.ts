/**
 * The ways of checks through IPVS (`via: service`). Each leads to one real server by its forwarding
 * method, whatever the virtual server's scheduler would choose: packets with its mark belong to a
 * private virtual service that has this one destination (table/private-services.ts).
 *
 * A mark follows from its destination alone, so that it means the same on both routers and never
 * another destination after a reload, unless two of them meet at one number; then the one that
 * comes first in their order has it.
 */
import { createHash } from "node:crypto";
import type { TriedCheck } from "../../check/check-types.ts";
import type { Complaints } from "../../keys/complaints.ts";
import { family, type IpAddress } from "../../model/address.ts";
import { isPrivateMark, privateMarks } from "../../model/service.ts";
import { type Checks, type RealServer, triedChecks, type VirtualServer } from "../config.ts";
import type { Whole } from "../whole.ts";

/** The one destination of a private service. */
export interface PathEnd {
  readonly vip: IpAddress;
  readonly realServer: RealServer;
  /** Where the real server is to hear it. */
  readonly port: number;
}

/** Where the tries of a check through the service arrive. */
const endOf = (server: VirtualServer, realServer: RealServer, check: TriedCheck): PathEnd => ({
  vip: vipFor(server, realServer),
  realServer,
  port: ("port" in check ? check.port : null) ?? realServer.port,
});

/** Of several VIPs the first one of the real server's family. */
function vipFor({ name, address, mark }: VirtualServer, realServer: RealServer): IpAddress {
  const own = mark?.addresses.find((each) => family(each) === family(realServer.address));
  const vip = own ?? address;
  if (vip === null) throw new RangeError(`${name} has no address`);
  return vip;
}

/** One text for one destination of one family of packets. */
const textOf = ({ vip, realServer, port }: PathEnd): string =>
  JSON.stringify([
    family(vip),
    realServer.forwarding,
    realServer.forwarding === "tunnel" ? realServer.tunnel : null,
    realServer.address,
    realServer.forwarding === "nat" ? port : 0,
  ]);

const isCarried = (check: TriedCheck): boolean => check.via !== undefined;

/** Every check through the service, of all real servers. */
export function carriedEnds(servers: readonly VirtualServer[]): readonly PathEnd[] {
  return servers.flatMap((server) =>
    server.realServers.flatMap((realServer) =>
      triedChecks(realServer.check)
        .filter(isCarried)
        .map((check) => endOf(server, realServer, check)),
    ),
  );
}

/** The virtual servers with the way of each check that goes through its service. */
export function withPaths(servers: readonly VirtualServer[]): readonly VirtualServer[] {
  const texts = new Set(carriedEnds(servers).map(textOf));
  if (texts.size === 0) return servers;
  const marks = marksFor(texts, new Set(servers.flatMap(({ mark }) => mark?.fwmark ?? [])));
  return servers.map((server) => ({
    ...server,
    realServers: server.realServers.map((realServer) => {
      const carried = (check: TriedCheck): TriedCheck => {
        if (!isCarried(check)) return check;
        const end = endOf(server, realServer, check);
        const { vip, port } = end;
        const mark = marks.get(textOf(end)) ?? 0;
        const { forwarding } = realServer;
        const asked = forwarding === "nat" ? (server.port ?? port) : port;
        return { ...check, via: { mark, vip, port: asked, forwarding } };
      };
      return { ...realServer, check: eachOf(realServer.check, carried) };
    }),
  }));
}

function eachOf(check: Checks, change: (one: TriedCheck) => TriedCheck): Checks {
  if (check.type === "none") return check;
  if (check.type !== "several") return change(check);
  return { ...check, checks: check.checks.map(change) };
}

function marksFor(
  texts: ReadonlySet<string>,
  taken: ReadonlySet<number>,
): ReadonlyMap<string, number> {
  const used = new Set(taken);
  const marks = new Map<string, number>();
  const { from, count } = privateMarks;
  for (const text of [...texts].sort()) {
    let place = createHash("sha256").update(text).digest().readUInt32BE(0) % count;
    while (used.has(from + place)) place = (place + 1) % count;
    used.add(from + place);
    marks.set(text, from + place);
  }
  return marks;
}

/** The private services that the checks of a configuration go through, by mark, each once. */
export function pathEnds(servers: readonly VirtualServer[]): ReadonlyMap<number, PathEnd> {
  const ends = new Map<number, PathEnd>();
  for (const server of servers)
    for (const realServer of server.realServers)
      for (const check of triedChecks(realServer.check))
        if (check.via && !ends.has(check.via.mark))
          ends.set(check.via.mark, endOf(server, realServer, check));
  return ends;
}

/** The VIP must be known, and the marks of the ways must be free. */
export function pathsArePossible({ virtualServers }: Whole, complaints: Complaints): void {
  for (const { keys, service, realServers } of virtualServers) {
    if (service?.kind !== "mark") continue;
    if (service.fwmark !== null && isPrivateMark(service.fwmark))
      complaints.at(
        keys.spotOf("fwmark"),
        `${keys.pathOf("fwmark")}: ${service.fwmark} belongs to the marks by which lvsd leads checks`,
        `keep out of ${privateMarks.from} to ${privateMarks.from + privateMarks.count - 1}`,
      );
    if (service.addresses.length > 0) continue;
    const carried = realServers.find(
      ({ check }) => check !== undefined && triedChecks(check).some(isCarried),
    );
    if (carried !== undefined)
      complaints.at(
        carried.keys.spot,
        `${carried.keys.path}: its check goes through the service, and ${keys.path} has no address`,
        "add `address:` to the virtual server, or leave out `via: service`",
      );
  }
}
