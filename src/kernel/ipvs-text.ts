/**
 * ipvsadm's save and restore language (ipvsadm(8)), with numeric addresses: what `ipvsadm -Sn`
 * prints and what `ipvsadm --restore` reads, one line a service or destination.
 *
 * Knows what ipvsadm 1.31 prints on a real kernel (test/fixtures/ipvs/). Does not know thresholds:
 * `-Sn` leaves -x and -y out, so a table read here has `thresholds: null`.
 *
 * `--restore` ends at the first line that its parser refuses, and nothing after that line is
 * applied: lines are built from validated values only. In addition to bad addresses the parser
 * refuses: -o on a TCP or SCTP service, -p 0, port 0 without -p, -M 0 on IPv6, scheduler flags of
 * another scheduler. With -g and -i on an address service it silently puts the service's port in
 * the place of the destination's; desired.ts never asks for another one.
 */
import { type Family, family, parseAddress, printEndpoint } from "../model/address.ts";
import { type Refused, refuse } from "../model/error.ts";
import {
  type DestinationIdentity,
  type Forwarding,
  ipip,
  type Protocol,
  printDestination,
  printService,
  type ServiceIdentity,
} from "../model/service.ts";
import { type Ms, seconds } from "../model/time.ts";
import type { Change, Destination, Service, Table } from "../table/table.ts";
import { readTunnel, tunnelWords } from "./tunnel-text.ts";

/** A table as `ipvsadm -Sn` prints it. */
export interface SavedTable {
  readonly table: Table;
  /** Services and destinations of a kind that lvsd does not know: foreign, never touched. */
  readonly unread: readonly string[];
}

/** garbled: not a save text at all. orphan: a destination whose service was not printed before. */
export type SaveRefusal = "garbled" | "orphan";

/** Reads a whole save text; empty text is an empty table. */
export function parseSave(text: string): SavedTable | Refused<SaveRefusal> {
  const table = new Map<string, Service & { destinations: Map<string, Destination> }>();
  const unread: string[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const words = line.trim().split(/\s+/);
    if (words[0] !== "-A" && words[0] !== "-a") return refuse("garbled", line.slice(0, 200));
    const named = serviceNamed(words.slice(1));
    if (named === null) {
      unread.push(line);
    } else if (words[0] === "-A") {
      const service = readService(named.identity, named.rest, line);
      if (table.size >= servicesMax) return refuse("garbled", `more than ${servicesMax} services`);
      table.set(printService(named.identity), { ...service, destinations: new Map() });
    } else {
      const destination = readDestination(named.rest);
      if (destination === null) {
        unread.push(line);
        continue;
      }
      const service = table.get(printService(named.identity));
      if (service === undefined) return refuse("orphan", line.slice(0, 200));
      service.destinations.set(printDestination(destination.identity), destination);
    }
  }
  return { table, unread };
}

/** More services than this are no table of a load balancer but a runaway program. */
const servicesMax = 1_000_000;

const protocolOfOption: Readonly<Record<string, Protocol>> = {
  "-t": "tcp",
  "-u": "udp",
  "--sctp-service": "sctp",
};
const optionOfProtocol: Readonly<Record<Protocol, string>> = {
  tcp: "-t",
  udp: "-u",
  sctp: "--sctp-service",
};

interface NamedService {
  readonly identity: ServiceIdentity;
  /** The words after the service's name. */
  readonly rest: readonly string[];
}

/** The service of a saved line, whose words come after `-A` or `-a`; null: a kind unknown here. */
export function serviceNamed(words: readonly string[]): NamedService | null {
  const [option = "", name = "", ...rest] = words;
  if (option === "-f") {
    const fwmark = readFwmark(name);
    if (fwmark === null) return null;
    const inet6 = rest[0] === "-6";
    const of: Family = inet6 ? 6 : 4;
    return { identity: { kind: "fwmark", fwmark, family: of }, rest: rest.slice(inet6 ? 1 : 0) };
  }
  const protocol = protocolOfOption[option];
  const endpoint = readEndpoint(name);
  if (protocol === undefined || endpoint === null) return null;
  return { identity: { kind: "address", protocol, ...endpoint }, rest };
}

/** ipvsadm 1.31 prints marks from 2^31 on as negative numbers, which it does not read back. */
export function readFwmark(text: string): number | null {
  if (!/^-?\d{1,10}$/.test(text)) return null;
  const mark = Number(text) < 0 ? Number(text) + 2 ** 32 : Number(text);
  return mark > 0 && mark < 2 ** 32 ? mark : null;
}

/** Reads `10.0.0.1:80` or `[fd00::1]:80`; null for anything else. */
export function readEndpoint(text: string): DestinationIdentity | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  const address = parseAddress(match?.[1] ?? match?.[2] ?? "");
  const port = Number(match?.[3]);
  return address === null || port > 65_535 ? null : { address, port };
}

/** The options after a service's name; `line` shows an empty `-b`, which words would hide. */
function readService(identity: ServiceIdentity, words: readonly string[], line: string): Service {
  const value = (option: string): string | null => {
    const at = words.indexOf(option);
    return at < 0 ? null : (words[at + 1] ?? "");
  };
  const timeout = value("-p");
  const flags = / -b(?: |$)/.test(line) ? (/ -b (\S*)/.exec(line)?.[1] ?? "").split(",") : [];
  return {
    identity,
    scheduler: value("-s") ?? "",
    // A flag that ipvsadm has no name for (flag-3 of mh) is printed as nothing: keep it as "".
    schedulerFlags: flags,
    onePacket: words.includes("-o") || words.includes("--ops"),
    persistence:
      timeout === null
        ? null
        : {
            timeoutSeconds: Number(timeout),
            maskBits: readMask(value("-M"), familyOf(identity)),
            engine: value("--pe"),
          },
    destinations: new Map(),
  };
}

const familyOf = (service: ServiceIdentity): Family =>
  service.kind === "fwmark" ? service.family : family(service.address);

/** Null for an IPv4 mask with holes. No mask is printed when it covers the whole address. */
function readMask(text: string | null, of: Family): number | null {
  if (of === 6) return text === null ? 128 : Number(text);
  if (text === null) return 32;
  const bits = text
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");
  return /^1*0*$/.test(bits) && bits.length === 32 ? bits.lastIndexOf("1") + 1 : null;
}

const printMask = (bits: number, of: Family): string =>
  of === 6
    ? String(bits)
    : [0, 8, 16, 24]
        .map((start) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - start))))
        .join(".");

const forwardingOfOption: Readonly<Record<string, Forwarding>> = {
  "-m": "nat",
  "-g": "direct",
  "-i": "tunnel",
};
const optionOfForwarding: Readonly<Record<Forwarding, string>> = {
  nat: "-m",
  direct: "-g",
  tunnel: "-i",
};

/** The destination of a saved line, whose words come after the service's name. */
export function readDestination(words: readonly string[]): Destination | null {
  const [option, name = "", forwardingOption = "", weightOption, weight = "", ...rest] = words;
  const identity = readEndpoint(name);
  const forwarding = forwardingOfOption[forwardingOption];
  if (option !== "-r" || identity === null || forwarding === undefined) return null;
  if (weightOption !== "-w" || !/^\d{1,10}$/.test(weight)) return null;
  const tunnel = forwarding === "tunnel" ? readTunnel(rest) : null;
  return {
    identity,
    forwarding,
    weight: Number(weight),
    thresholds: null,
    tunnel: tunnel ?? ipip,
    foreignOptions: tunnel === null ? rest.join(" ") : "",
  };
}

/** One line for `ipvsadm --restore`, without the line end, that makes this one change. */
export function restoreLine(change: Change): string {
  switch (change.kind) {
    case "add-service":
      return `-A ${serviceWords(change.service)}`;
    case "edit-service":
      return `-E ${serviceWords(change.service)}`;
    case "delete-service":
      return `-D ${nameOf(change.service.identity)}`;
    case "add-destination":
      return `-a ${nameOf(change.service)} ${destinationWords(change.destination)}`;
    case "edit-destination":
      return `-e ${nameOf(change.service)} ${destinationWords(change.destination)}`;
    case "delete-destination":
      return `-d ${nameOf(change.service)} -r ${printDestination(change.destination.identity)}`;
    default:
      return change satisfies never;
  }
}

function nameOf(service: ServiceIdentity): string {
  if (service.kind === "fwmark") return `-f ${service.fwmark}${service.family === 6 ? " -6" : ""}`;
  return `${optionOfProtocol[service.protocol]} ${printEndpoint(service.address, service.port)}`;
}

/** Everything is said every time: what an edit leaves out, ipvsadm sets to its default. */
function serviceWords(service: Service): string {
  const { identity, persistence } = service;
  const words = [nameOf(identity), "-s", service.scheduler];
  if (persistence !== null) {
    const of = familyOf(identity);
    words.push("-p", String(persistence.timeoutSeconds));
    if (persistence.maskBits !== null && persistence.maskBits < (of === 6 ? 128 : 32))
      words.push("-M", printMask(persistence.maskBits, of));
    if (persistence.engine !== null) words.push("--pe", persistence.engine);
  }
  if (service.onePacket) words.push("-o");
  if (service.schedulerFlags.length > 0) words.push("-b", service.schedulerFlags.join(","));
  return words.join(" ");
}

function destinationWords(destination: Destination): string {
  const { identity, forwarding, weight, thresholds, tunnel, foreignOptions } = destination;
  const words: (string | number)[] = ["-r", printDestination(identity)];
  words.push(optionOfForwarding[forwarding], "-w", weight);
  if (forwarding === "tunnel") words.push(...tunnelWords(tunnel));
  if (foreignOptions !== "") words.push(foreignOptions);
  if (thresholds !== null && thresholds.upper > 0) words.push("-x", thresholds.upper);
  if (thresholds !== null && thresholds.lower > 0) words.push("-y", thresholds.lower);
  return words.join(" ");
}

/** The kernel's timeouts for IPVS connections. */
export interface Timeouts {
  readonly tcp: Ms;
  readonly tcpFin: Ms;
  readonly udp: Ms;
}

/** Reads what `ipvsadm -L --timeout` prints: `Timeout (tcp tcpfin udp): 900 120 300`. */
export function parseTimeouts(text: string): Timeouts | Refused<"garbled"> {
  const match = /^Timeout \(tcp tcpfin udp\): (\d+) (\d+) (\d+)$/m.exec(text);
  if (match === null) return refuse("garbled", text.slice(0, 200));
  const [tcp, tcpFin, udp] = match.slice(1).map((each) => seconds(Number(each)));
  if (tcp === undefined || tcpFin === undefined || udp === undefined)
    return refuse("garbled", text.slice(0, 200));
  return { tcp, tcpFin, udp };
}

/**
 * The line for `ipvsadm --restore` that sets the kernel's timeouts, in whole seconds, rounded up
 * (0 would mean "leave alone").
 */
export function timeoutsLine(timeouts: Timeouts): string {
  const whole = (length: Ms): number => Math.ceil(length / seconds(1));
  return `--set ${whole(timeouts.tcp)} ${whole(timeouts.tcpFin)} ${whole(timeouts.udp)}`;
}
