/**
 * The kernel's IPVS table, read from /proc/net/ip_vs without starting a program, or from
 * `ipvsadm -Sn`.
 *
 * /proc/net/ip_vs is whole only up to 4 KiB when several namespaces of one kernel have services:
 * between two reads the kernel counts the services of all namespaces forth and its own ones back
 * (ip_vs_ctl.c, ip_vs_info_seq_next and ip_vs_info_array), and skips some. So long tables are read
 * with ipvsadm, which asks over netlink.
 */
import { addressFromBytes, printEndpoint } from "../../../src/model/address.ts";
import { readNet } from "../machine/namespace.ts";

export interface Destination {
  readonly endpoint: string;
  /** `Masq`, `Route` or `Tunnel`. */
  readonly forward: string;
  readonly weight: number;
  readonly active: number;
  readonly inactive: number;
}

export interface Service {
  /** `tcp 192.168.26.10:80`, `fwmark 7`. */
  readonly name: string;
  /** Scheduler and flags. */
  readonly rest: string;
  readonly destinations: readonly Destination[];
}

export type Table = readonly Service[];

/** The table of a namespace. */
export const readTable = (namespace: string): Table => parseTable(readNet(namespace, "ip_vs"));

/** Parses the text of /proc/net/ip_vs (ip_vs_ctl.c, ip_vs_info_seq_show). */
export function parseTable(text: string): Table {
  const services: (Service & { destinations: Destination[] })[] = [];
  for (const line of text.split("\n").slice(3)) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "->") {
      const [, endpoint = "", forward = "", weight, active, inactive] = words;
      services.at(-1)?.destinations.push({
        endpoint: endpointOf(endpoint),
        forward,
        weight: Number(weight),
        active: Number(active),
        inactive: Number(inactive),
      });
    } else if (words.length >= 3) {
      const [protocol = "", where = "", ...rest] = words;
      const name =
        protocol === "FWM"
          ? `fwmark ${Number.parseInt(where, 16)}`
          : `${protocol.toLowerCase()} ${endpointOf(where)}`;
      services.push({ name, rest: rest.join(" "), destinations: [] });
    }
  }
  return services;
}

/** Parses the output of `ipvsadm -Sn`; connections are not in it. */
export function parseSaved(text: string): Table {
  const services: (Service & { destinations: Destination[] })[] = [];
  const forwards: Readonly<Record<string, string>> = {
    "-m": "Masq",
    "-g": "Route",
    "-i": "Tunnel",
  };
  for (const line of text.split("\n")) {
    const [command, kind = "", where = "", ...rest] = line.split(" ");
    const protocol = { "-t": "tcp", "-u": "udp", "-f": "fwmark" }[kind] ?? kind;
    if (command === "-A")
      services.push({ name: `${protocol} ${where}`, rest: rest.join(" "), destinations: [] });
    if (command !== "-a") continue;
    const [, endpoint = "", forward = "", , weight] = rest;
    services.at(-1)?.destinations.push({
      endpoint,
      forward: forwards[forward] ?? forward,
      weight: Number(weight),
      active: 0,
      inactive: 0,
    });
  }
  return services;
}

/** `C0A81A0A:0050` or `[fd26:0000:...:0010]:0050` to `192.168.26.10:80` or `[fd26::10]:80`. */
function endpointOf(text: string): string {
  const cut = text.lastIndexOf(":");
  const hex = text.slice(0, cut).replaceAll(/[^0-9a-f]/gi, "");
  const port = Number.parseInt(text.slice(cut + 1), 16);
  return printEndpoint(addressFromBytes(Buffer.from(hex, "hex")), port);
}

/** Services and destinations with their weights, without connections: for comparison and print. */
export const printTable = (table: Table): string =>
  table
    .flatMap((service) => [
      `${service.name} ${service.rest}`,
      ...service.destinations.map((each) => `  ${each.endpoint} ${each.forward} ${each.weight}`),
    ])
    .join("\n");

/** The destinations of the service whose name is `name`; null when there is no such service. */
export const destinationsOf = (table: Table, name: string): readonly Destination[] | null =>
  table.find((service) => service.name === name)?.destinations ?? null;
