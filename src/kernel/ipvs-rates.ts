/**
 * Rates of virtual services and destinations: the listing of `ipvsadm -Ln --rate --exact`
 * (ipvsadm(8)). The kernel estimates them over some seconds (ip_vs_est.c). Pure text.
 */
import { isRefused, type Refused, refuse } from "../model/error.ts";
import { isPrivateName, printDestination } from "../model/service.ts";
import { readEndpoint } from "./ipvs-text.ts";
import { readServiceName } from "./ipvs-thresholds.ts";

/** Each of them a second; bytes as the network layer counts them. */
export interface Rates {
  readonly connections: number;
  readonly packets_in: number;
  readonly packets_out: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
}

/** A virtual service under its printed name, with its destinations under theirs. */
export interface ServiceRates extends Rates {
  readonly service: string;
  readonly destinations: readonly (Rates & { readonly destination: string })[];
}

const line = /^(.+?) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) *$/;

/**
 * What each virtual service has counted since it was made, by its printed name: the listing of
 * `ipvsadm -Ln --stats --exact`, which has the form of the one of rates. Destinations are passed
 * over: nobody reads thousands.
 */
export function parseTotals(listing: string): ReadonlyMap<string, Rates> | Refused<"garbled"> {
  const services = listing.replaceAll(/^ {2}-> .*\n?/gm, "");
  const read = parseRates(services);
  if (isRefused<string>(read)) return read;
  return new Map(read.map(({ service, destinations: _, ...totals }) => [service, totals]));
}

/** Reads the listing; services of unknown kinds, and those of lvsd's own checks, are left out. */
export function parseRates(listing: string): readonly ServiceRates[] | Refused<"garbled"> {
  const services: (Rates & {
    service: string;
    destinations: (Rates & { destination: string })[];
  })[] = [];
  let current: (typeof services)[number] | null = null;
  for (const text of listing.split("\n")) {
    if (text === "" || /^(?:IP Virtual Server |Prot LocalAddress| {2}-> RemoteAddress)/.test(text))
      continue;
    const found = line.exec(text);
    if (found === null) return refuse("garbled", text.slice(0, 200));
    const [connections = 0, packets_in = 0, packets_out = 0, bytes_in = 0, bytes_out = 0] = found
      .slice(2)
      .map(Number);
    const rates: Rates = { connections, packets_in, packets_out, bytes_in, bytes_out };
    const name = found[1] ?? "";
    if (!name.startsWith("  -> ")) {
      const service = readServiceName(name);
      const isPassedOver = service === null || isPrivateName(service);
      current = isPassedOver ? null : { service, ...rates, destinations: [] };
      if (current !== null) services.push(current);
      continue;
    }
    const identity = readEndpoint(name.slice(5).trim());
    if (identity === null) return refuse("garbled", text.slice(0, 200));
    current?.destinations.push({ destination: printDestination(identity), ...rates });
  }
  return services;
}
