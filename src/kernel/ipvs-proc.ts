/**
 * /proc/net/ip_vs: the counters of the table, and its configuration as far as this file shows it.
 *
 * It costs no program to read, so it is read often: for counters, and to notice that the table is
 * no longer what it was. It is not the truth that plans are made from, since it leaves out
 * scheduler flags, thresholds, persistence engines, tunnel options, one-packet scheduling on IPv6
 * and the family of a firewall mark, and counts persistence in kernel ticks of unknown length
 * (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show). Hence a shape: two tables of one shape
 * may differ, two shapes are two tables.
 */
import { addressFromBytes, type Family, family, type IpAddress } from "../model/address.ts";
import { type Refused, refuse } from "../model/error.ts";
import {
  type DestinationIdentity,
  type Forwarding,
  type Protocol,
  printDestination,
  printService,
  type ServiceIdentity,
} from "../model/service.ts";
import type { Counters, DestinationCounters, Service, Table } from "../table/table.ts";
import { readEndpoint } from "./ipvs-text.ts";

/** Everything that /proc/net/ip_vs shows of a table's configuration, one text a part. */
export type TableFingerprint = ReadonlySet<string>;

export interface ProcTable {
  readonly shape: TableFingerprint;
  readonly counters: Counters;
}

export type ProcRefusal = "garbled" | "orphan";

/** Reads the whole file; the kernel's head lines alone are an empty table. */
export function parseProc(text: string): ProcTable | Refused<ProcRefusal> {
  const shape = new Set<string>();
  const counters = new Map<string, Map<string, DestinationCounters>>();
  let service: ProcService | null = null;
  for (const line of text.split("\n")) {
    if (line === "" || isHead(line)) continue;
    if (!line.startsWith("  -> ")) {
      service = readService(line);
      if (service === null) return refuse("garbled", line.slice(0, 200));
      shape.add(service.shape);
      continue;
    }
    const destination = readDestination(line);
    if (destination === null) return refuse("garbled", line.slice(0, 200));
    if (service === null) return refuse("orphan", line.slice(0, 200));
    const { identity, forwarding, weight } = destination;
    shape.add(destinationShape(service.name, identity, forwarding, weight));
    const key = printService(service.identity(family(identity.address)));
    const ofService = counters.get(key) ?? new Map<string, DestinationCounters>();
    ofService.set(printDestination(identity), destination.counters);
    counters.set(key, ofService);
  }
  return { shape, counters };
}

/**
 * Parts of services that were asked for before: most services are the same from change to change.
 */
const knownParts = new WeakMap<Service, readonly string[]>();

/** The shape that the kernel would show of this table. */
export function shapeOf(table: Table): TableFingerprint {
  const shape = new Set<string>();
  for (const service of table.values()) {
    let parts = knownParts.get(service);
    if (parts === undefined) {
      parts = partsOf(service);
      knownParts.set(service, parts);
    }
    for (const part of parts) shape.add(part);
  }
  return shape;
}

function partsOf(service: Service): readonly string[] {
  const name = shapeName(service.identity);
  return [
    serviceShape(name, service.scheduler, tellsOps(service), service.persistence),
    ...Array.from(service.destinations.values(), ({ identity, forwarding, weight }) =>
      destinationShape(name, identity, forwarding, weight),
    ),
  ];
}

/** The first part in which two shapes differ, as a line for people; null when they are alike. */
export function shapeDifference(
  expected: TableFingerprint,
  found: TableFingerprint,
): string | null {
  for (const part of expected) if (!found.has(part)) return `missing: ${part}`;
  for (const part of found) if (!expected.has(part)) return `unexpected: ${part}`;
  return null;
}

/** A mark's family is not shown, so both families share a name. */
const shapeName = (service: ServiceIdentity): string =>
  service.kind === "fwmark" ? `fwmark ${service.fwmark}` : printService(service);

const tellsOps = (service: Service): boolean =>
  service.onePacket &&
  (service.identity.kind === "fwmark" || family(service.identity.address) === 4);

const serviceShape = (
  name: string,
  scheduler: string,
  onePacket: boolean,
  persistence: object | null,
): string =>
  `${name} ${scheduler}${onePacket ? " ops" : ""}${persistence === null ? "" : " persistent"}`;

const destinationShape = (
  service: string,
  identity: DestinationIdentity,
  forwarding: Forwarding,
  weight: number,
): string => `${service} -> ${printDestination(identity)} ${forwarding} ${weight}`;

const isHead = (line: string): boolean =>
  line.startsWith("IP Virtual Server ") ||
  line.startsWith("Prot LocalAddress") ||
  line.startsWith("  -> RemoteAddress");

interface ProcService {
  readonly name: string;
  readonly shape: string;
  /** Whose counters these are: a mark takes the family of its destinations. */
  readonly identity: (of: Family) => ServiceIdentity;
}

const protocolOfName: Readonly<Record<string, Protocol>> = { TCP: "tcp", UDP: "udp", SCTP: "sctp" };

function readService(line: string): ProcService | null {
  const [protocolName = "", name = "", scheduler = "", ...flags] = line.trim().split(/\s+/);
  const found = (identity: (of: Family) => ServiceIdentity): ProcService => {
    const label = shapeName(identity(4));
    const persistence = flags.includes("persistent") ? {} : null;
    const shape = serviceShape(label, scheduler, flags.includes("ops"), persistence);
    return { name: label, shape, identity };
  };
  if (scheduler === "") return null;
  if (protocolName === "FWM") {
    if (!/^[0-9A-F]{8}$/.test(name)) return null;
    return found((of) => ({ kind: "fwmark", fwmark: Number.parseInt(name, 16), family: of }));
  }
  const protocol = protocolOfName[protocolName];
  const endpoint = readHexEndpoint(name);
  if (protocol === undefined || endpoint === null) return null;
  return found(() => ({ kind: "address", protocol, ...endpoint }));
}

interface ProcDestination {
  readonly identity: DestinationIdentity;
  readonly forwarding: Forwarding;
  readonly weight: number;
  readonly counters: DestinationCounters;
}

/** Kernels before 2.6.37 say "Local" of a real server on the router itself; ipvsadm says -g. */
const forwardingOfName: Readonly<Record<string, Forwarding>> = {
  Masq: "nat",
  Route: "direct",
  Tunnel: "tunnel",
  Local: "direct",
};

function readDestination(line: string): ProcDestination | null {
  const match = /^ {2}-> (\S+) +(\w+) +(-?\d+) +(\d+) +(\d+) *$/.exec(line);
  const identity = readHexEndpoint(match?.[1] ?? "");
  const forwarding = forwardingOfName[match?.[2] ?? ""];
  if (identity === null || forwarding === undefined) return null;
  return {
    identity,
    forwarding,
    weight: Number(match?.[3]),
    counters: { activeConnections: Number(match?.[4]), inactiveConnections: Number(match?.[5]) },
  };
}

/** `C0A81A0A:0050` or `[fd00:0000:...]:0050`; the port is hexadecimal in both. */
function readHexEndpoint(text: string): DestinationIdentity | null {
  const match = /^(?:([0-9A-F]{8})|(\[[0-9a-f:]{39}\])):([0-9A-F]{4})$/.exec(text);
  if (match === null) return null;
  const port = Number.parseInt(match[3] ?? "", 16);
  const address: IpAddress | null =
    match[1] === undefined
      ? (readEndpoint(`${match[2]}:0`)?.address ?? null)
      : addressFromBytes(Uint8Array.from(Buffer.from(match[1], "hex")));
  return address === null ? null : { address, port };
}
