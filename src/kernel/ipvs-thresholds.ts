/**
 * Connection thresholds (ipvsadm -x, -y) from the text of `ipvsadm -Ln --thresholds`, the only
 * place where ipvsadm prints them: `-Sn` does not, although `--restore` takes them.
 *
 * Adds to a table that was read before and knows nothing else; a destination that came or went in
 * between keeps `thresholds: null`, which means unknown, and the next reading has it.
 */
import { type Refused, refuse } from "../model/error.ts";
import { type Protocol, printDestination, printService } from "../model/service.ts";
import type { Destination, Service } from "../table/table.ts";
import { readDestination, readEndpoint, readFwmark, serviceNamed } from "./ipvs-text.ts";

export type Thresholds = NonNullable<Destination["thresholds"]>;

/** Thresholds by service, then by destination. */
export type KnownThresholds = ReadonlyMap<string, ReadonlyMap<string, Thresholds>>;

/** Reads the listing. */
export function parseThresholds(listing: string): KnownThresholds | Refused<"garbled"> {
  const known = new Map<string, Map<string, Thresholds>>();
  let current: Map<string, Thresholds> | null = null;
  for (const line of listing.split("\n")) {
    if (line === "" || isHead(line)) continue;
    const destination = /^ {2}-> (\S+) +(\d+) +(\d+) +\d+ +\d+ *$/.exec(line);
    if (destination === null) {
      const service = readServiceName(line);
      current = new Map();
      if (service !== null) known.set(service, current);
      continue;
    }
    const identity = readEndpoint(destination[1] ?? "");
    if (identity === null || current === null) return refuse("garbled", line.slice(0, 200));
    const upper = Number(destination[2]);
    const lower = Number(destination[3]);
    current.set(printDestination(identity), { upper, lower });
  }
  return known;
}

/** The service with its destinations' thresholds; `known` is null when the listing lacks it. */
export function withThresholds(
  service: Service,
  known: ReadonlyMap<string, Thresholds> | null,
): Service {
  const destinations = Array.from(service.destinations, ([key, destination]) => {
    const thresholds = known?.get(key) ?? null;
    return [key, { ...destination, thresholds }] as const;
  });
  return { ...service, destinations: new Map(destinations) };
}

/**
 * What `ipvsadm -Sn` printed, with the thresholds that it leaves out, and with marks from 2^31 on as
 * numbers that `--restore` takes.
 */
export const savedWhole = (saved: string, known: KnownThresholds): string =>
  saved
    .split("\n")
    .map((line) => {
      const [command, ...words] = line.trim().split(/\s+/);
      const service = command === "-A" || command === "-a" ? serviceNamed(words) : null;
      if (service === null) return line;
      const { identity, rest } = service;
      const whole =
        identity.kind === "fwmark" ? line.replace(/ -f -\d+/, ` -f ${identity.fwmark}`) : line;
      const destination = command === "-a" ? readDestination(rest) : null;
      if (destination === null) return whole;
      const limits = known.get(printService(identity))?.get(printDestination(destination.identity));
      const { upper = 0, lower = 0 } = limits ?? {};
      return `${whole.trimEnd()}${upper > 0 ? ` -x ${upper}` : ""}${lower > 0 ? ` -y ${lower}` : ""}`;
    })
    .join("\n");

const isHead = (line: string): boolean =>
  line.startsWith("IP Virtual Server ") ||
  line.startsWith("Prot LocalAddress") ||
  line.startsWith("  -> RemoteAddress");

const protocolOfName: Readonly<Record<string, Protocol>> = { TCP: "tcp", UDP: "udp", SCTP: "sctp" };

/** The key of the service that this line begins; null for a kind that lvsd does not know. */
export function readServiceName(line: string): string | null {
  const [protocolName = "", name = "", next] = line.split(/\s+/);
  if (protocolName === "FWM") {
    const fwmark = readFwmark(name);
    if (fwmark === null) return null;
    return printService({ kind: "fwmark", fwmark, family: next === "IPv6" ? 6 : 4 });
  }
  const protocol = protocolOfName[protocolName];
  const endpoint = readEndpoint(name);
  if (protocol === undefined || endpoint === null) return null;
  return printService({ kind: "address", protocol, ...endpoint });
}
