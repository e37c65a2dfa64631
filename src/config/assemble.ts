/**
 * From a whole without problems to the Config that everything else reads. That every value is there
 * is asserted: a missing one would have been complained of before.
 */

import { placeOf } from "../keys/complaints.ts";
import type { Place, PlacedNeed, Places } from "../keys/place.ts";
import { type Keys, type Settled, sound } from "../keys/section.ts";
import { addressBytes, bitsOf, family, type IpAddress } from "../model/address.ts";
import { protocols, type SchedulerFlag } from "../model/service.ts";
import type { CheckNeed } from "./check-draft.ts";
import type {
  Config,
  FailoverConfig,
  FenceConfig,
  HeartbeatConfig,
  RealServer,
  RouterAddresses,
  VirtualServer,
} from "./config.ts";
import { vipsOf } from "./vips.ts";
import type { RealServerWhole, VirtualServerWhole, Whole } from "./whole.ts";

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
  const config: Config = {
    path: of.path,
    serial: root.serial,
    hash: of.hash,
    routers: { primary: addressesOf(whole.primary), backup },
    heartbeat,
    failover: failoverOf(whole, heartbeat),
    clusterSync: root.cluster_sync,
    guard: { removePercent: all(whole.guard).remove_percent },
    connectionSync: whole.connectionSync === null ? null : { ...all(whole.connectionSync) },
    timeouts: timeoutsOf(whole),
    checks: { concurrency: all(whole.checks).concurrency },
    sysctl: root.sysctl,
    notify: { command: all(whole.notify).command },
    vips,
    virtualServers: whole.virtualServers
      .map((server, position) => virtualServerOf(server, position))
      .map((server) => ({ server, order: serverOrder(server) }))
      .sort((a, b) => compare(a.order, b.order))
      .map(({ server }) => server),
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
    },
  };
}

/** Each program and file once, at the first key that names it. */
function placedNeeds({ checkNeeds }: Whole): readonly PlacedNeed[] {
  const first = new Map<string, CheckNeed>();
  for (const need of checkNeeds) {
    const name = `${need.names} ${need.path}`;
    if (!first.has(name)) first.set(name, need);
  }
  return [...first.values()].map(({ names, path, key, spot }) => ({
    names,
    path,
    place: placeOf(spot, key),
  }));
}

/** The values of a settled section; only called once nothing is wrong any more. */
function all<K extends Keys>(settled: Settled<K> | undefined) {
  const values = settled === undefined ? undefined : sound(settled);
  if (values === undefined) throw new RangeError(`${settled?.path ?? "a section"} is not sound`);
  return values;
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`${what} is not sound`);
  return value;
}

function addressesOf(router: Whole["primary"] | null): RouterAddresses {
  const values = all(router ?? undefined);
  return { public: values.public, private: values.private };
}

function heartbeatOf(
  whole: Whole,
  hasPeer: boolean,
  of: { absolute(path: string): string },
): HeartbeatConfig {
  const values = all(whole.heartbeat);
  const needed = values.authentication === "hmac" && (hasPeer || values.key_file !== null);
  return {
    authentication: values.authentication,
    port: values.port,
    interval: values.interval,
    deadAfter: values.dead_after,
    warnAfter: values.warn_after,
    keyFile: needed ? of.absolute(values.key_file ?? keyFileUsual) : null,
    protocol: values.protocol,
  };
}

function failoverOf(whole: Whole, heartbeat: HeartbeatConfig): FailoverConfig {
  const values = all(whole.failover);
  const { count, interval, refresh } = all(whole.announce);
  return {
    failback: values.failback,
    failbackDelay: values.failback_delay,
    startDelay: values.start_delay ?? ((3 * heartbeat.deadAfter) as typeof heartbeat.deadAfter),
    monitorLinks: values.monitor_links ?? "vips",
    gateways: [...new Set(values.gateway)],
    announce: { count, interval, refresh },
    fence: fenceOf(whole),
    services: whole.services,
  };
}

function fenceOf(whole: Whole): FenceConfig | null {
  if (whole.fence === null) return null;
  const { command, timeout, on_failure: onFailure } = all(whole.fence);
  return { ...command, timeout, onFailure };
}

function timeoutsOf(whole: Whole): Config["timeouts"] {
  if (whole.timeouts === null) return null;
  const { tcp, tcp_fin: tcpFin, udp } = all(whole.timeouts);
  return { tcp, tcpFin, udp };
}

function virtualServerOf(server: VirtualServerWhole, position: number): VirtualServer {
  const values = all(server.keys);
  const { address } = values.address.prefix;
  return {
    name: server.name,
    position,
    active: values.active,
    protocol: values.protocol,
    address,
    port: known(server.port, server.keys.path),
    scheduler: values.scheduler,
    schedulerFlags: [
      ...new Set(values.scheduler_flags ?? usualFlags[values.scheduler] ?? []),
    ].sort(),
    onePacket: values.one_packet,
    persistence: persistenceOf(server, address),
    reentry: values.reentry,
    quiesce: values.quiesce,
    start: values.start,
    realServers: server.realServers
      .map((real, at) => realServerOf(real, at))
      .map((real) => ({ real, order: `${addressOrder(real.address)} ${portOrder(real.port)}` }))
      .sort((a, b) => compare(a.order, b.order))
      .map(({ real }) => real),
  };
}

/** Without its flag a hashing scheduler drops the connections of a server that is down. */
const usualFlags: Readonly<Record<string, readonly SchedulerFlag[]>> = {
  sh: ["sh-fallback"],
  mh: ["mh-fallback"],
};

function persistenceOf(
  server: VirtualServerWhole,
  address: IpAddress,
): VirtualServer["persistence"] {
  if (server.persistence === null) return null;
  const { timeout, netmask } = all(server.persistence);
  return { timeout, maskBits: netmask?.bits ?? bitsOf(family(address)) };
}

function realServerOf(real: RealServerWhole, position: number): RealServer {
  const { address, weight, active } = all(real.keys);
  const { max, min } = all(real.connections);
  return {
    name: real.name,
    position,
    active,
    address,
    port: known(real.port, real.keys.path),
    weight,
    forwarding: known(real.forwarding, real.keys.path),
    connections: { max, min },
    check: known(real.check, real.keys.path),
  };
}

/** One order on both routers: by protocol, family, address as a number, port. */
const serverOrder = (server: VirtualServer): string =>
  `${protocols.indexOf(server.protocol)} ${addressOrder(server.address)} ${portOrder(server.port)}`;

/** Longer means IPv6, which comes behind IPv4. */
const addressOrder = (address: IpAddress): string =>
  `${family(address)} ${Buffer.from(addressBytes(address)).toString("hex")}`;

const portOrder = (port: number): string => String(port).padStart(5, "0");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
