/**
 * A change as a line for people and as data for programs: what `lvsd plan` and the log show.
 *
 * Names come from the configurations that are asked; anything else is called by its address.
 */
import type { Config, Vip } from "../config/config.ts";
import { type RealServerKey, realServerKey } from "../health/health.ts";
import { printPrefix } from "../model/address.ts";
import {
  isPrivate,
  printDestination,
  printService,
  type ServiceIdentity,
  type Tunnel,
} from "../model/service.ts";
import { destinationIdentity, serviceIdentities, serviceOf, sorryIdentity } from "./desired.ts";
import { describeRule, type PacketRule } from "./packet-filter.ts";
import type { Change, Destination, Service } from "./table.ts";

/** One planned change as a line for people and as data for programs. */
export interface PlannedChange {
  readonly area: "vip" | "ipvs" | "nft";
  readonly action: "add" | "edit" | "delete";
  /** `web`, `web/rs1`, or the address of what no configuration names. */
  readonly subject: string;
  readonly text: string;
}

interface NamedService {
  readonly virtualServer: string;
  /** Names by `printDestination`. */
  readonly realServers: ReadonlyMap<string, string>;
}

/** The operator's names of services, by `printService`, and of their destinations. */
export type Names = ReadonlyMap<string, NamedService>;

/** The names in these configurations; where they differ, the earlier one wins. */
export function namesIn(...configs: readonly Config[]): Names {
  const names = new Map<string, { virtualServer: string; realServers: Map<string, string> }>();
  for (const virtualServer of configs.flatMap((config) => config.virtualServers)) {
    for (const identity of serviceIdentities(virtualServer)) {
      const key = printService(identity);
      if (!names.has(key))
        names.set(key, { virtualServer: virtualServer.name, realServers: new Map() });
    }
    for (const realServer of virtualServer.realServers) {
      const named = names.get(printService(serviceOf(virtualServer, realServer)));
      if (named === undefined) continue;
      const destination = printDestination(destinationIdentity(virtualServer, realServer));
      if (!named.realServers.has(destination)) named.realServers.set(destination, realServer.name);
    }
    for (const identity of serviceIdentities(virtualServer)) {
      const sorry = sorryIdentity(virtualServer, identity, null);
      const realServers = names.get(printService(identity))?.realServers;
      if (sorry !== null && realServers?.has(printDestination(sorry)) === false)
        realServers.set(printDestination(sorry), "sorry_server");
    }
  }
  return names;
}

/** The real servers that suffer when the kernel refuses this change. */
export function realServersOf(change: Change, names: Names): readonly RealServerKey[] {
  const service = "destination" in change ? change.service : change.service.identity;
  const named = names.get(printService(service));
  if (named === undefined) return [];
  if (!("destination" in change))
    return Array.from(named.realServers.values(), (name) =>
      realServerKey(named.virtualServer, name),
    );
  const name = named.realServers.get(printDestination(change.destination.identity));
  return name === undefined ? [] : [realServerKey(named.virtualServer, name)];
}

/** `edit web/rs1 (tcp 192.0.2.1:80 -> 10.0.0.1:80): weight 1 -> 0`. */
export function describeChange(change: Change, names: Names): PlannedChange {
  const action = change.kind.split("-")[0] as PlannedChange["action"];
  const service = "destination" in change ? change.service : change.service.identity;
  const { subject, place } = subjectOf(change, service, names);
  const what = `${action} ${subject}${subject === place ? "" : ` (${place})`}`;
  const details = detailsOf(change);
  return { area: "ipvs", action, subject, text: details === "" ? what : `${what}: ${details}` };
}

/** `add 192.0.2.1/24 on eth0`. */
export function describeVip(action: "add" | "delete", vip: Vip): PlannedChange {
  const subject = printPrefix(vip.prefix);
  const device = vip.label ?? vip.device;
  const text = `${action} ${subject}${device === null ? "" : ` on ${device}`}`;
  return { area: "vip", action, subject, text };
}

/** The way from one list of rules of the packet filter to another. */
export function describeRules(
  before: readonly PacketRule[],
  after: readonly PacketRule[],
): readonly PlannedChange[] {
  const lines = (rules: readonly PacketRule[]) => new Set(rules.map(describeRule));
  const had = lines(before);
  const has = lines(after);
  const described = (action: "add" | "delete", line: string): PlannedChange => {
    return { area: "nft", action, subject: line, text: `${action} ${line}` };
  };
  return [
    ...[...has].filter((line) => !had.has(line)).map((line) => described("add", line)),
    ...[...had].filter((line) => !has.has(line)).map((line) => described("delete", line)),
  ];
}

function subjectOf(
  change: Change,
  service: ServiceIdentity,
  names: Names,
): { subject: string; place: string } {
  const named = names.get(printService(service));
  if (!("destination" in change)) {
    const place = printService(service);
    const other = isPrivate(service) ? "way of checks" : place;
    return { subject: named?.virtualServer ?? other, place };
  }
  const destination = printDestination(change.destination.identity);
  const place = `${printService(service)} -> ${destination}`;
  if (named === undefined) return { subject: isPrivate(service) ? "way of checks" : place, place };
  return {
    subject: `${named.virtualServer}/${named.realServers.get(destination) ?? destination}`,
    place,
  };
}

function detailsOf(change: Change): string {
  switch (change.kind) {
    case "add-service":
      return settings(serviceSettings(change.service));
    case "edit-service":
      return differences(serviceSettings(change.before), serviceSettings(change.service));
    case "delete-service":
      return `with ${change.service.destinations.size} real servers`;
    case "add-destination":
      return settings(destinationSettings(change.destination));
    case "edit-destination":
      return differences(
        destinationSettings(change.before),
        destinationSettings(change.destination),
      );
    case "delete-destination":
      return "";
    default:
      return change satisfies never;
  }
}

type Settings = Readonly<Record<string, string>>;

/** A setting at its default is left out of `settings` by being empty here. */
function serviceSettings(service: Service): Settings {
  const { persistence } = service;
  return {
    scheduler: service.scheduler,
    flags: service.schedulerFlags.join(","),
    one_packet: service.onePacket ? "true" : "",
    persistence: persistence === null ? "" : `${persistence.timeoutSeconds}s`,
    netmask: persistence === null ? "" : `/${persistence.maskBits ?? "?"}`,
    engine: persistence?.engine ?? "",
  };
}

function destinationSettings(destination: Destination): Settings {
  const { thresholds } = destination;
  const limit = (count: number | undefined): string =>
    count === undefined || count === 0 ? "" : String(count);
  return {
    forwarding: destination.forwarding,
    weight: String(destination.weight),
    tunnel: destination.forwarding === "tunnel" ? tunnelText(destination.tunnel) : "",
    "connections.max": limit(thresholds?.upper),
    "connections.min": limit(thresholds?.lower),
    options: destination.foreignOptions,
  };
}

/** `gue port 6080 checksum true`; empty for IP-in-IP. */
const tunnelText = (tunnel: Tunnel): string =>
  tunnel.type === "ipip"
    ? ""
    : Object.entries(tunnel)
        .map(([key, value]) => (key === "type" ? value : `${key} ${value}`))
        .join(" ");

const settings = (of: Settings): string =>
  Object.entries(of)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

const differences = (before: Settings, after: Settings): string =>
  Object.entries(after)
    .filter(([name, value]) => before[name] !== value)
    .map(([name, value]) => `${name} ${before[name] || "none"} -> ${value || "none"}`)
    .join(", ");
