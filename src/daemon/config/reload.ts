/**
 * What a new configuration changes: judged and described before anything is touched. Pure; the
 * daemon does the touching.
 */
import { isDeepStrictEqual } from "node:util";
import type { Config, RealServer, VirtualServer } from "../../config/config.ts";
import {
  type Health,
  type RealServerHealth,
  type RealServerKey,
  realServerKey,
} from "../../health/health.ts";
import type { Problem } from "../../keys/problem.ts";
import { printEndpoint } from "../../model/address.ts";
import { printDuration } from "../../model/time.ts";

/** What a configured real server is, whatever it is called. */
function* servers(config: Config): Generator<[VirtualServer, RealServer]> {
  for (const virtualServer of config.virtualServers) {
    if (!virtualServer.active) continue;
    for (const realServer of virtualServer.realServers) {
      if (realServer.active) yield [virtualServer, realServer];
    }
  }
}

const identities = (config: Config): ReadonlySet<string> =>
  new Set(
    Array.from(
      servers(config),
      ([virtualServer, { address, port }]) =>
        `${virtualServer.protocol} ${printEndpoint(virtualServer.address, virtualServer.port)} ${printEndpoint(address, port)}`,
    ),
  );

/**
 * The guard against an edit that empties the balancer: a problem when `next` removes more of the
 * real servers than `guard.remove_percent` of the configuration that runs allows.
 */
export function guardProblem(before: Config, next: Config): Problem | null {
  const [had, has] = [identities(before), identities(next)];
  const removed = [...had].filter((identity) => !has.has(identity)).length;
  const { removePercent } = before.guard;
  if (had.size === 0 || (removed * 100) / had.size <= removePercent) return null;
  return {
    file: next.path,
    line: null,
    column: null,
    message: `this reload would remove ${removed} of ${had.size} real servers; guard.remove_percent is ${removePercent}`,
    hint: "lvsd reload --yes does it all the same",
  };
}

/**
 * The health that `next` starts with: a real server that stays keeps what is known of it, with its
 * new weight; a new one joins after its first check.
 */
export function healthAfter(
  health: Health,
  before: Config,
  next: Config,
): ReadonlyMap<RealServerKey, RealServerHealth> {
  const known = new Map(
    Array.from(servers(before), ([virtualServer, realServer]) => [
      realServerKey(virtualServer.name, realServer.name),
      realServer,
    ]),
  );
  const after = new Map<RealServerKey, RealServerHealth>();
  for (const [virtualServer, realServer] of servers(next)) {
    const key = realServerKey(virtualServer.name, realServer.name);
    const was = known.get(key);
    const stays = was?.address === realServer.address && was.port === realServer.port;
    const now = stays ? health.get(key) : undefined;
    after.set(
      key,
      now === undefined ? fresh(virtualServer, realServer) : reweighed(now, realServer),
    );
  }
  return after;
}

const fresh = (virtualServer: VirtualServer, realServer: RealServer): RealServerHealth =>
  realServer.check.type === "none" || virtualServer.start === "up"
    ? { state: "up", tableWeight: realServer.weight }
    : { state: "checking", tableWeight: null };

const reweighed = (health: RealServerHealth, realServer: RealServer): RealServerHealth =>
  health.state === "up" && health.tableWeight !== null
    ? { ...health, tableWeight: realServer.weight }
    : health;

/** One line for each setting outside the table that changes: `heartbeat.interval: 250ms -> 100ms`. */
export function changedSettings(before: Config, next: Config): readonly string[] {
  const lines = settings.flatMap(([name, read]) => {
    const [old, now] = [read(before), read(next)];
    return old === now ? [] : [`${name}: ${old} -> ${now}`];
  });
  return [...lines, ...changedServices(before, next), ...changedServers(before, next)];
}

const list = (values: readonly string[] | string): string =>
  typeof values === "string" ? values : values.join(", ") || "none";

const settings: readonly (readonly [string, (config: Config) => string])[] = [
  ["serial", (c) => String(c.serial)],
  ["routers.primary.public", (c) => c.routers.primary.public],
  ["routers.primary.private", (c) => c.routers.primary.private ?? "none"],
  ["routers.backup.public", (c) => c.routers.backup?.public ?? "none"],
  ["routers.backup.private", (c) => c.routers.backup?.private ?? "none"],
  ["heartbeat.authentication", (c) => c.heartbeat.authentication],
  ["heartbeat.port", (c) => String(c.heartbeat.port)],
  ["heartbeat.interval", (c) => printDuration(c.heartbeat.interval)],
  ["heartbeat.dead_after", (c) => printDuration(c.heartbeat.deadAfter)],
  ["heartbeat.warn_after", (c) => printDuration(c.heartbeat.warnAfter)],
  ["heartbeat.key_file", (c) => c.heartbeat.keyFile ?? "none"],
  ["failover.failback", (c) => c.failover.failback],
  ["failover.failback_delay", (c) => printDuration(c.failover.failbackDelay)],
  ["failover.start_delay", (c) => printDuration(c.failover.startDelay)],
  ["failover.monitor_links", (c) => list(c.failover.monitorLinks)],
  ["failover.announce.count", (c) => String(c.failover.announce.count)],
  ["failover.announce.interval", (c) => printDuration(c.failover.announce.interval)],
  ["failover.announce.refresh", (c) => printDuration(c.failover.announce.refresh)],
  ["guard.remove_percent", (c) => String(c.guard.removePercent)],
  ["checks.concurrency", (c) => String(c.checks.concurrency)],
  [
    "connection_sync",
    ({ connectionSync: sync }) => (sync === null ? "none" : `${sync.device}, id ${sync.id}`),
  ],
  ["sysctl", (c) => c.sysctl],
  [
    "notify.command",
    ({ notify: { command: told } }) =>
      told === null ? "none" : [told.command, ...told.args].join(" "),
  ],
  ["timeouts", (c) => timeoutsText(c.timeouts)],
];

/** What becomes of each failover service, as operators read it. */
function* changedServices(before: Config, next: Config): Generator<string> {
  const known = new Map(before.failover.services.map((service) => [service.name, service]));
  for (const service of next.failover.services) {
    const path = `failover.services.${service.name}`;
    const was = known.get(service.name);
    known.delete(service.name);
    if (was === undefined) yield `${path}: added`;
    else if (!isDeepStrictEqual(was.start, service.start))
      yield `${path}: its start changes; where it runs it is stopped and started`;
    else if (!isDeepStrictEqual(was, service)) yield `${path}: changes, and goes on where it runs`;
  }
  for (const name of known.keys())
    yield `failover.services.${name}: removed; stopped where it runs`;
}

const timeoutsText = (timeouts: Config["timeouts"]): string =>
  timeouts === null
    ? "the kernel's"
    : `tcp ${printDuration(timeouts.tcp)}, tcp_fin ${printDuration(timeouts.tcpFin)}, udp ${printDuration(timeouts.udp)}`;

function* changedServers(before: Config, next: Config): Generator<string> {
  const known = new Map(
    Array.from(servers(before), ([virtualServer, realServer]) => [
      realServerKey(virtualServer.name, realServer.name),
      realServer,
    ]),
  );
  for (const [virtualServer, realServer] of servers(next)) {
    const key = realServerKey(virtualServer.name, realServer.name);
    const was = known.get(key);
    if (was === undefined) {
      if (fresh(virtualServer, realServer).tableWeight === null)
        yield `${key}: joins after its first check`;
    } else if (!isDeepStrictEqual(was.check, realServer.check)) {
      yield `${key}: its check changes`;
    }
  }
}
