/**
 * What IPVS knows a virtual server by: protocol, address and port, or a firewall mark. Several
 * ports or addresses become one service by a mark, so that a client that is bound stays on one real
 * server for all of them.
 */
import type { Complaints } from "../../keys/complaints.ts";
import type { Floating } from "../../keys/network-shapes.ts";
import type { Settled } from "../../keys/section.ts";
import type { Ports } from "../../keys/service-shapes.ts";
import { type Family, family, type IpAddress } from "../../model/address.ts";
import { type Protocol, protocols } from "../../model/service.ts";
import type { ftpKeys, virtualServerKeys } from "../schema/virtual-server.ts";

/** Ports of one protocol. */
export interface Traffic {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
}

/** A firewall mark that stands for a virtual server. */
export interface Mark {
  /** 1 to 2^32 - 1 (ipvsadm(8), -f). */
  readonly fwmark: number;
  /** IPVS has one service for each. */
  readonly families: readonly Family[];
  /** What lvsd's own rules mark; empty where the operator's rules do. */
  readonly addresses: readonly IpAddress[];
  /** Sorted, without overlaps. */
  readonly traffic: readonly Traffic[];
}

/** The same before the mark is chosen. */
export type ServiceWhole =
  | { readonly kind: "address"; readonly floating: Floating; readonly traffic: Traffic }
  | {
      readonly kind: "mark";
      readonly fwmark: number | null;
      readonly addresses: readonly IpAddress[];
      readonly traffic: readonly Traffic[];
    };

/** What a service is made of; `port` is where checks go: the first TCP port, or else the first. */
export interface SettledService {
  readonly service: ServiceWhole;
  readonly port: number | null;
}

type ServerKeys = Settled<typeof virtualServerKeys>;

const controlPort = 21;

/** The service of these keys; undefined, with complaints, where they make none. */
export function settleService(
  keys: ServerKeys,
  ftp: Settled<typeof ftpKeys> | null | undefined,
  marks: "lvsd" | "external" | undefined,
  complaints: Complaints,
): SettledService | undefined {
  const { address, fwmark, protocol } = keys.values;
  const given = portsOf(keys, ftp, complaints);
  if (given === undefined || address === undefined || fwmark === undefined) return undefined;
  if (protocol === undefined || marks === undefined) return undefined;
  const listed = given.map((each): Traffic => ({ ...each, protocol: each.protocol ?? protocol }));
  const traffic = merged(listed);
  const addresses = address ?? [];
  const port = (listed.find((each) => each.protocol === "tcp") ?? listed[0])?.from ?? null;
  const [floating] = addresses;
  const [only] = traffic;
  const isOne = addresses.length === 1 && traffic.length === 1 && only?.from === only?.to;
  if (fwmark === null && isOne && floating !== undefined && only !== undefined)
    return { service: { kind: "address", floating, traffic: only }, port };
  const external = marks === "external";
  if (!(external && fwmark !== null) && !hasBoth(keys, addresses, traffic, complaints))
    return undefined;
  if (external && fwmark === null) {
    const message = `${keys.path}: several ports or addresses are one service by a firewall mark, and marks: external is set`;
    complaints.at(keys.spot, message, "add `fwmark:` with the mark that your rules set");
    return undefined;
  }
  return {
    service: {
      kind: "mark",
      fwmark,
      addresses: addresses.map(({ prefix }) => prefix.address),
      traffic,
    },
    port,
  };
}

function hasBoth(
  keys: ServerKeys,
  addresses: readonly Floating[],
  traffic: readonly Traffic[],
  complaints: Complaints,
): boolean {
  const external =
    keys.values.fwmark === null ? "" : ", or set `marks: external` where your own rules mark";
  if (addresses.length === 0)
    complaints.at(
      keys.spot,
      `${keys.path}: address is missing`,
      `add \`address:\` with an address with prefix length, or a list of such${external}`,
    );
  if (traffic.length === 0)
    complaints.at(
      keys.spot,
      `${keys.path}: port is missing`,
      `add \`port:\` with a port, 1 to 65535${external}`,
    );
  return addresses.length > 0 && traffic.length > 0;
}

/** In the order of the file; undefined where they are faulty. */
function portsOf(
  keys: ServerKeys,
  ftp: Settled<typeof ftpKeys> | null | undefined,
  complaints: Complaints,
): readonly Ports[] | undefined {
  const { port, ports } = keys.values;
  if (port === undefined || ports === undefined || ftp === undefined) return undefined;
  if (port !== null && ports !== null) {
    const message = `${keys.pathOf("ports")}: the virtual server has a \`port\` as well`;
    complaints.at(keys.spotOf("ports"), message, "remove one of the two");
    return undefined;
  }
  const given = port === null ? (ports ?? []) : [{ from: port, to: port, protocol: null }];
  if (ftp === null) return given;
  const { passive_ports: passive } = ftp.values;
  if (passive === undefined) return undefined;
  const control =
    given.length > 0 ? given : [{ from: controlPort, to: controlPort, protocol: null }];
  return [...control, { ...passive, protocol: "tcp" }];
}

/** Sorted by protocol and port; what overlaps or adjoins is one. */
export function merged(traffic: readonly Traffic[]): readonly Traffic[] {
  const sorted = traffic.toSorted(
    (a, b) => protocols.indexOf(a.protocol) - protocols.indexOf(b.protocol) || a.from - b.from,
  );
  const result: Traffic[] = [];
  for (const each of sorted) {
    const last = result.at(-1);
    if (last?.protocol === each.protocol && each.from <= last.to + 1)
      result[result.length - 1] = { ...last, to: Math.max(last.to, each.to) };
    else result.push(each);
  }
  return result;
}

/** The families of addresses, IPv4 first. */
export const familiesOfAddresses = (addresses: readonly IpAddress[]): readonly Family[] =>
  [...new Set(addresses.map(family))].sort();

/** Marks that lvsd chooses: "LV" and 16 bits of the name, out of the way of small numbers. */
const [marksFrom, marksCount] = [0x4c56_0000, 0x1_0000] as const;

/**
 * A mark for each name: the same on both routers and after every reload, since it follows from the
 * name alone unless two names meet; then the one that comes first in the alphabet has it.
 */
export function chooseMarks(
  names: readonly string[],
  taken: ReadonlySet<number>,
): ReadonlyMap<string, number> {
  const chosen = new Map<string, number>();
  const used = new Set(taken);
  for (const name of [...names].sort()) {
    let place = hashOf(name) % marksCount;
    while (used.has(marksFrom + place)) place = (place + 1) % marksCount;
    used.add(marksFrom + place);
    chosen.set(name, marksFrom + place);
  }
  return chosen;
}

/** FNV-1a, 32 bits (RFC 9923). */
function hashOf(name: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0;
  return hash;
}
