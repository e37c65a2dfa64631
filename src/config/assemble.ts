/**
 * From a whole without problems to the Config that everything else reads. That every value is there
 * is asserted: a missing one would have been complained of before.
 */

import { placeOf } from "../keys/complaints.ts";
import { namedValues, type ValuesOf } from "../keys/named-values.ts";
import type { Place, PlacedNeed, PlacedOrigin, Places } from "../keys/place.ts";
import { type Keys, type Settled, sound } from "../keys/section.ts";
import { bitsOf, type Family, type HostName, type IpAddress, isAddress } from "../model/address.ts";
import { ipip, protocols, type SchedulerFlag, type Tunnel } from "../model/service.ts";
import type { CheckNeed } from "./check-draft.ts";
import type {
  Config,
  ConsoleConfig,
  FailoverConfig,
  HeartbeatConfig,
  MailConfig,
  RealServer,
  RouterAddresses,
  VirtualServer,
} from "./config.ts";
import { mapsPort } from "./forwarding/claimed-services.ts";
import { sourcesIn } from "./forwarding/origins.ts";
import { withPaths } from "./forwarding/paths.ts";
import {
  chooseMarks,
  familiesOfAddresses,
  type Mark,
  type ServiceWhole,
} from "./forwarding/service.ts";
import { weightScale } from "./lifecycle/weight-scale.ts";
import { consoleKeys } from "./schema/console.ts";
import { announceKeys, failoverKeys, fenceKeys } from "./schema/failover.ts";
import { heartbeatKeys } from "./schema/heartbeat.ts";
import { mailKeys } from "./schema/mail.ts";
import {
  checksKeys,
  connectionSyncKeys,
  guardKeys,
  notifyKeys,
  rootKeys,
  routerKeys,
  timeoutsKeys,
} from "./schema/root.ts";
import {
  connectionKeys,
  ftpKeys,
  realServerKeys,
  virtualServerKeys,
} from "./schema/virtual-server.ts";
import { servedCheck } from "./served-check.ts";
import { addressOrder, compare, inServerOrder, portOrder } from "./servers/server-order.ts";
import { claimedAlone, vipsOf } from "./vips.ts";
import { addressOf, type RealServerWhole, type VirtualServerWhole, type Whole } from "./whole.ts";

/** Where lvsd keygen puts the key. */
export const keyFileUsual = "/etc/lvsd/heartbeat.key";

export interface Assembled {
  readonly config: Config;
  readonly places: Places;
}

/** `absolute` makes a path absolute that is relative to the main file. */
export function assemble(
  whole: Whole,
  of: { readonly path: string; readonly hash: string; absolute(path: string): string },
): Assembled {
  const root = all(whole.root);
  const { vips, places: vipPlaces } = vipsOf(whole.claims);
  const backup = whole.backup === null ? null : addressesOf(whole.backup);
  const heartbeat = heartbeatOf(whole, backup !== null, of);
  const marks = chosenMarks(whole);
  const config: Config = {
    path: of.path,
    ...namedValues(rest(rootKeys, "forwarding", "nat_router", "defaults"), root),
    hash: of.hash,
    routers: { primary: addressesOf(whole.primary), backup },
    heartbeat,
    failover: failoverOf(whole, heartbeat),
    guard: named(guardKeys, whole.guard),
    connectionSync: namedOrNull(connectionSyncKeys, whole.connectionSync),
    timeouts: namedOrNull(timeoutsKeys, whole.timeouts),
    checks: named(checksKeys, whole.checks),
    notify: { ...named(notifyKeys, whole.notify), mail: mailOf(whole, of) },
    console: consoleOf(whole, of),
    vips,
    masquerade: whole.natRouter === null ? false : all(whole.natRouter).masquerade,
    claimedAlone: claimedAlone(whole.claims),
    virtualServers: withPaths(
      whole.virtualServers
        .map((server, position) => virtualServerOf(server, position, marks))
        .map((server) => ({ server, order: serverOrder(server) }))
        .sort((a, b) => compare(a.order, b.order))
        .map(({ server }) => server),
    ),
  };
  const place = <K extends Keys>(
    settled: Settled<K> | undefined,
    key: keyof K & string,
  ): Place | null =>
    settled?.gives(key) === true ? placeOf(settled.spotOf(key), settled.pathOf(key)) : null;
  return {
    config,
    places: {
      vips: vipPlaces,
      monitorLinks: place(whole.failover, "monitor_links"),
      keyFile: place(whole.heartbeat, "key_file"),
      syncDevice: place(whole.connectionSync ?? undefined, "device"),
      fence: place(whole.fence ?? undefined, "command"),
      services: place(whole.failover, "services"),
      checkNeeds: placedNeeds(whole),
      checkOrigins: placedOrigins(whole),
      hosts: placedHosts(whole),
    },
  };
}

function placedHosts({ virtualServers }: Whole): Readonly<Record<string, Place>> {
  const places = new Map<string, Place>();
  for (const { keys } of virtualServers.flatMap(({ realServers }) => realServers)) {
    const { address: host } = keys.values;
    if (host === undefined || isAddress(host) || places.has(host)) continue;
    places.set(host, placeOf(keys.spotOf("address"), keys.pathOf("address")));
  }
  return Object.fromEntries(places);
}

/** Each program and file once, at the first key that names it. */
function placedNeeds({ checkNeeds }: Whole): readonly PlacedNeed[] {
  const first = new Map<string, CheckNeed>();
  for (const need of checkNeeds) {
    const name = `${need.names} ${need.path}`;
    if (!first.has(name)) first.set(name, need);
  }
  const secrets = new Set(checkNeeds.filter(({ secret }) => secret).map(({ path }) => path));
  return [...first.values()].map(({ names, path, key, spot }) => ({
    names,
    path,
    secret: secrets.has(path),
    place: placeOf(spot, key),
  }));
}

/** Each origin once for each place where it is written. */
function placedOrigins(whole: Whole): readonly PlacedOrigin[] {
  const placed = whole.checkOrigins.map(({ origin, spotOf, pathOf }): PlacedOrigin => {
    const at = (key: string): Place => placeOf(spotOf(key), pathOf(key));
    const { source, device } = origin;
    return {
      source: source === null ? null : { of: sourcesIn(source, whole), place: at("source") },
      device: device === null ? null : { name: device, place: at("device") },
    };
  });
  return [...new Map(placed.map((each) => [JSON.stringify(each), each])).values()];
}

/** The values of a settled section; only called once nothing is wrong any more. */
function all<K extends Keys>(settled: Settled<K> | undefined) {
  const values = settled === undefined ? undefined : sound(settled);
  if (values === undefined) throw new RangeError(`${settled?.path ?? "a section"} is not sound`);
  return values;
}

/** The values of a section by the names that code uses. */
const named = <K extends Keys>(keys: K, settled: Settled<K> | undefined): ValuesOf<K> =>
  namedValues(keys, all(settled));

const namedOrNull = <K extends Keys>(
  keys: K,
  settled: Settled<K> | null | undefined,
): ValuesOf<K> | null => (settled === null ? null : named(keys, settled));

/** The keys but those that mean nothing once they are resolved into others. */
function rest<K extends Keys, P extends keyof K>(keys: K, ...without: readonly P[]): Omit<K, P> {
  const kept = Object.entries(keys).filter(([name]) => !without.some((each) => each === name));
  return Object.fromEntries(kept) as unknown as Omit<K, P>;
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`${what} is not sound`);
  return value;
}

const addressesOf = (router: Whole["primary"] | null): RouterAddresses =>
  named(routerKeys, router ?? undefined);

function heartbeatOf(
  whole: Whole,
  hasPeer: boolean,
  of: { absolute(path: string): string },
): HeartbeatConfig {
  const values = named(heartbeatKeys, whole.heartbeat);
  const signs = values.authentication === "hmac" && values.protocol !== "pulse";
  const needed = signs && (hasPeer || values.keyFile !== null);
  return { ...values, keyFile: needed ? of.absolute(values.keyFile ?? keyFileUsual) : null };
}

function mailOf(whole: Whole, { absolute }: { absolute(path: string): string }): MailConfig | null {
  const mail = namedOrNull(mailKeys, whole.mail);
  if (mail === null) return null;
  const path = (given: string | null) => (given === null ? null : absolute(given));
  return { ...mail, ca: path(mail.ca), passwordFile: path(mail.passwordFile) };
}

function consoleOf(whole: Whole, of: { absolute(path: string): string }): ConsoleConfig {
  const values = named(consoleKeys, whole.console);
  if (whole.consoleTls === null) return { ...values, tls: null };
  const { certificate, key } = all(whole.consoleTls);
  const path = (given: string | null) => (given === null ? null : of.absolute(given));
  return { ...values, tls: { certificate: path(certificate), key: path(key) } };
}

function failoverOf(whole: Whole, heartbeat: HeartbeatConfig): FailoverConfig {
  const values = named(failoverKeys, whole.failover);
  return {
    ...values,
    startDelay: values.startDelay ?? ((3 * heartbeat.deadAfter) as typeof heartbeat.deadAfter),
    monitorLinks: values.monitorLinks ?? "vips",
    gateway: [...new Set(values.gateway)],
    announce: named(announceKeys, whole.announce),
    fence: namedOrNull(fenceKeys, whole.fence),
    services: whole.services,
  };
}

function virtualServerOf(
  server: VirtualServerWhole,
  position: number,
  marks: ReadonlyMap<string, number>,
): VirtualServer {
  const { address: floatings, ...values } = named(
    rest(virtualServerKeys, "device", "ports", "fwmark", "forwarding", "tunnel", "check"),
    server.keys,
  );
  const [floating] = floatings ?? [];
  const service = known(server.service, server.keys.path);
  const mark = markOf(server, marks);
  const address = floating?.prefix.address ?? null;
  const port = service.kind === "address" ? service.traffic.from : null;
  const served = { vip: address ?? String(mark?.fwmark ?? ""), port: port ?? 0 };
  const written = server.realServers
    .map((real, at) => realServerOf(server, real, at))
    .map((real) => ({
      ...real,
      check: servedCheck(real.check, { ...served, weight: real.weight }),
    }));
  const realServers = inServerOrder(
    written.flatMap(({ address: at, ...real }) => (isAddress(at) ? { ...real, address: at } : [])),
  );
  const namedServers = written.flatMap(({ address: host, ...real }) =>
    isAddress(host) ? [] : { ...real, host },
  );
  return {
    ...values,
    name: server.name,
    position,
    address,
    port,
    protocol: service.kind === "address" ? service.traffic.protocol : values.protocol,
    mark,
    ftp: namedOrNull(ftpKeys, server.ftp ?? null),
    schedulerFlags: [
      ...new Set(values.schedulerFlags ?? usualFlags[values.scheduler] ?? []),
    ].sort(),
    persistence: persistenceOf(
      server,
      mark?.families ?? familiesOfAddresses(addressesOfService(service)),
    ),
    sorryServer: sorryServerOf(server, values.sorryServer),
    weightScale: weightScale({ ...values, realServers: written }),
    realServers,
    namedServers,
  };
}

const addressesOfService = (service: ServiceWhole): readonly IpAddress[] =>
  service.kind === "address" ? [service.floating.prefix.address] : service.addresses;

/** The mark that stands for it, with what lvsd's own rules are to mark. */
function markOf(server: VirtualServerWhole, marks: ReadonlyMap<string, number>): Mark | null {
  const service = known(server.service, server.keys.path);
  if (service.kind === "address") return null;
  const { addresses, traffic } = service;
  const servers = server.realServers.flatMap(({ keys }) => addressOf(keys) ?? []);
  // Where the operator marks, the real servers may be all that says the family.
  const families = familiesOfAddresses(addresses.length > 0 ? addresses : servers);
  return {
    fwmark: service.fwmark ?? known(marks.get(server.name), server.keys.path),
    families: families.length > 0 ? families : [4],
    addresses,
    traffic,
  };
}

/** Marks for those that have none in the file. */
function chosenMarks({ virtualServers, checkOrigins }: Whole): ReadonlyMap<string, number> {
  const marked = virtualServers.flatMap(({ name, service }) =>
    service?.kind === "mark" ? [{ name, fwmark: service.fwmark }] : [],
  );
  return chooseMarks(
    marked.filter(({ fwmark }) => fwmark === null).map(({ name }) => name),
    new Set([
      ...marked.flatMap(({ fwmark }) => fwmark ?? []),
      ...checkOrigins.flatMap(({ origin }) => origin.mark ?? []),
    ]),
  );
}

/** Without its flag a hashing scheduler drops the connections of a server that is down. */
const usualFlags: Readonly<Record<string, readonly SchedulerFlag[]>> = {
  sh: ["sh-fallback"],
  mh: ["mh-fallback"],
};

function persistenceOf(
  server: VirtualServerWhole,
  families: readonly Family[],
): VirtualServer["persistence"] {
  if (server.persistence === null) return null;
  const { timeout, netmask, engine } = all(server.persistence);
  return { timeout, maskBits: netmask?.bits ?? Math.max(...families.map(bitsOf)), engine };
}

function sorryServerOf(
  server: VirtualServerWhole,
  given: ValuesOf<typeof virtualServerKeys>["sorryServer"],
): VirtualServer["sorryServer"] {
  if (given === null || given === "local") return given;
  return {
    address: given.address,
    port: given.port,
    forwarding: given.forwarding ?? known(server.forwarding, server.keys.path),
  };
}

function realServerOf(
  server: VirtualServerWhole,
  real: RealServerWhole,
  position: number,
): Omit<RealServer, "address" | "named"> & { readonly address: IpAddress | HostName } {
  return {
    ...named(realServerKeys, real.keys),
    name: real.name,
    position,
    port: known(real.port, real.keys.path) ?? 0,
    mapsPort: server.service?.kind === "mark" && mapsPort(server, real),
    forwarding: known(real.forwarding, real.keys.path),
    tunnel: tunnelOf(real),
    connections: named(connectionKeys, real.connections),
    check: known(real.check, real.keys.path),
  };
}

function tunnelOf({ forwarding, tunnel }: RealServerWhole): Tunnel {
  if (forwarding !== "tunnel" || !tunnel) return ipip;
  const { type, port, checksum } = all(tunnel);
  if (type === "gue") return { type, port: known(port ?? undefined, tunnel.path), checksum };
  return type === "gre" ? { type, checksum: checksum === true } : ipip;
}

/** One order on both routers: by protocol, family, address as a number, port; then marks. */
const serverOrder = (server: VirtualServer): string =>
  server.mark === null && server.address !== null
    ? `0 ${protocols.indexOf(server.protocol)} ${addressOrder(server.address)} ${portOrder(server.port ?? 0)}`
    : `1 ${String(server.mark?.fwmark).padStart(10, "0")}`;
