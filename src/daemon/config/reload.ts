/**
 * What a new configuration changes: judged and described before anything is touched. Pure; the
 * daemon does the touching.
 */
import { isDeepStrictEqual } from "node:util";
import { changedKeys } from "../../config/changes.ts";
import type { Config, RealServer, VirtualServer } from "../../config/config.ts";
import { rootKeys } from "../../config/schema/root.ts";
import { realServerKeys, virtualServerKeys } from "../../config/schema/virtual-server.ts";
import {
  type Health,
  type RealServerHealth,
  type RealServerKey,
  realServerKey,
} from "../../health/health.ts";
import { loadedWeight } from "../../health/load/load.ts";
import type { Problem } from "../../keys/problem.ts";
import type { DescribedKey } from "../../keys/shape.ts";
import { printEndpoint } from "../../model/address.ts";
import { printService } from "../../model/service.ts";
import { serviceIdentities } from "../../table/desired.ts";

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
  new Set([
    ...Array.from(
      servers(config),
      ([virtualServer, { address, port }]) =>
        `${serviceIdentities(virtualServer).map(printService).join(", ")} ${printEndpoint(address, port)}`,
    ),
    ...config.virtualServers
      .filter(({ active }) => active)
      .flatMap((each) => each.namedServers.map(({ host, port }) => `${each.name} ${host} ${port}`)),
  ]);

/**
 * The guard against an edit that empties the balancer: a problem when `next` removes more of the
 * real servers than `guard.remove_percent` of the configuration that runs allows.
 */
export function guardProblem(before: Config, next: Config): Problem | null {
  const had = identities(before);
  const has = identities(next);
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
      now === undefined
        ? fresh(virtualServer, realServer)
        : reweighed(now, virtualServer, realServer),
    );
  }
  return after;
}

const fresh = (virtualServer: VirtualServer, realServer: RealServer): RealServerHealth =>
  realServer.check.type === "none" || virtualServer.start === "up"
    ? { state: "up", tableWeight: realServer.weight }
    : { state: "checking", tableWeight: null };

function reweighed(
  health: RealServerHealth,
  { loadMonitor, weightScale }: VirtualServer,
  realServer: RealServer,
): RealServerHealth {
  if (health.state !== "up" || health.tableWeight === null) return health;
  const { checkedWeight, loadFactor = 1 } = health;
  const weight = checkedWeight ?? realServer.weight;
  if (loadMonitor === "none") return { state: "up", tableWeight: weight };
  return { ...health, tableWeight: loadedWeight(weight, loadFactor, weightScale) };
}

/**
 * One line for each key that changes and that neither the table nor the VIPs show:
 * `heartbeat.interval: 250ms -> 100ms`. `shown`: whether the table has, or will have, the real
 * server, so that what it changes there is seen there.
 */
export function changedSettings(
  before: Config,
  next: Config,
  shown: (key: RealServerKey) => boolean = () => true,
): readonly string[] {
  return [
    ...changedKeys(rootKeys, before, next, "", isSetting),
    ...changedServices(before, next),
    ...changedVirtualServers(before, next),
    ...changedServers(before, next),
    ...changedNames(before, next),
    ...hiddenChanges(before, next, shown),
  ];
}

const isSetting = (key: DescribedKey): boolean => key.plan === undefined;
const isInTable = (key: DescribedKey): boolean => key.plan === "table";

function* changedVirtualServers(before: Config, next: Config): Generator<string> {
  for (const [was, is] of pairs(before.virtualServers, next.virtualServers))
    if (was !== null && is !== null)
      yield* changedKeys(virtualServerKeys, was, is, `virtual_servers.${is.name}`, isSetting);
}

/** What the table would show if it had it: an inactive virtual server, a real server that is down. */
function* hiddenChanges(
  before: Config,
  next: Config,
  shown: (key: RealServerKey) => boolean,
): Generator<string> {
  for (const [was, is] of pairs(before.virtualServers, next.virtualServers)) {
    const known = was ?? is;
    if (known === null) continue;
    const path = `virtual_servers.${known.name}`;
    const served = was?.active === true || is?.active === true;
    if (!served && (was === null || is === null))
      yield `${path}: ${was === null ? "added" : "removed"}, inactive`;
    else if (!served && was !== null && is !== null)
      yield* changedKeys(virtualServerKeys, was, is, path, isInTable);
    for (const [had, has] of pairs(was?.realServers ?? [], is?.realServers ?? [])) {
      const name = (had ?? has)?.name ?? "";
      const inner = `${path}.real_servers.${name}`;
      if (served && shown(realServerKey(known.name, name))) continue;
      if (had !== null && has !== null) {
        const checked = served && had.active && has.active;
        const counts = (key: DescribedKey): boolean =>
          isInTable(key) || (key === realServerKeys.check && !checked);
        yield* changedKeys(realServerKeys, had, has, inner, counts);
      }
      if (has === null && was !== null && is !== null)
        yield `${inner}: removed; it is not in the table`;
    }
  }
}

/** What has the same name, before and after. */
function* pairs<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
): Generator<[was: T | null, is: T | null]> {
  const known = new Map(before.map((each) => [each.name, each]));
  for (const is of after) {
    const was = known.get(is.name) ?? null;
    known.delete(is.name);
    yield [was, is];
  }
  for (const was of known.values()) yield [was, null];
}

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

/** Real servers by names: what becomes of them follows from answers that are not there yet. */
function* changedNames(before: Config, next: Config): Generator<string> {
  for (const [was, is] of pairs(before.virtualServers, next.virtualServers))
    for (const [had, has] of pairs(was?.namedServers ?? [], is?.namedServers ?? [])) {
      const key = `${(is ?? was)?.name}/${(has ?? had)?.name}`;
      if (had === null && has !== null) yield `${key}: ${has.host} joins when it is resolved`;
      else if (has === null && had !== null) yield `${key}: ${had.host} is not used any more`;
      else if (had?.host !== has?.host) yield `${key}: ${had?.host} -> ${has?.host}`;
      else if (!isDeepStrictEqual(had, has)) yield `${key}: ${has?.host} changes`;
    }
}

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
