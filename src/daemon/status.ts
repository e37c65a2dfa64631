/**
 * The body of `GET /v1/status`, put together from what each part knows now. Changes nothing. Real
 * servers are described some at a time: no heartbeat waits for thousands of them.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type Config,
  type RealServer,
  runsCommands,
  type VirtualServer,
} from "../config/config.ts";
import type { PeerStatus, RealServerStatus, Status, VirtualServerStatus } from "../control/api.ts";
import type { Pace } from "../control/reports/status-changes.ts";
import { conflictFaults, type PeerPicture, peerStatus } from "../failover/peer-status.ts";
import { failbackStatus } from "../failover/steps/failback.ts";
import {
  type Health,
  type RealServerKey,
  realServerKey,
  type VirtualServerState,
} from "../health/health.ts";
import { shownCheck } from "../health/nanny.ts";
import { objection } from "../health/nanny-report.ts";
import { virtualServerHealth } from "../health/virtual-server.ts";
import type { Problem } from "../keys/problem.ts";
import { otherRole } from "../model/router.ts";
import { printDestination, printService } from "../model/service.ts";
import { between, type Instant } from "../model/time.ts";
import { version } from "../model/version.ts";
import { destinationIdentity, scaleIn, serviceIdentities, serviceOf } from "../table/desired.ts";
import { partKeyOf } from "../table/refusals.ts";
import type { DestinationCounters } from "../table/table.ts";
import type { Doors } from "./doors.ts";
import type { Serving } from "./serving.ts";
import type { TableState } from "./table/reconciler.ts";

export interface StatusParts {
  /** The configuration as written; what runs is in `serving`. */
  readonly written: Config;
  readonly startedAt: string;
  readonly serving: Serving | null;
  readonly configError: readonly Problem[] | null;
  /** Bad input that was refused, by source and reason; checks are counted by the nannies. */
  readonly refused: Readonly<
    Record<"control" | "config" | "cluster", Readonly<Record<string, number>>>
  >;
  readonly doors: Pick<Doors, "now" | "runner">;
  /** Heartbeats of the peer that came later than `warn_after`. */
  readonly lateHeartbeats: number;
  /** The wall clock now, in milliseconds since 1970. */
  readonly wallMs: number;
}

type Known = StatusParts & { readonly now: Instant };

/** Real servers of one piece of work: about half a millisecond. */
const pieceMax = 100;

/** Gives the loop a turn after each piece. */
export function pieces(): Pace {
  let done = 0;
  return (realServers) => {
    done += realServers;
    if (done < pieceMax) return undefined;
    done = 0;
    return nextTurn();
  };
}

export async function statusOf(given: StatusParts, pace = pieces()): Promise<Status> {
  const parts: Known = { ...given, now: given.doors.now() };
  const { serving, written } = parts;
  const config = {
    path: written.path,
    serial: written.serial,
    hash: written.hash,
    error: parts.configError,
  };
  if (serving === null) return waitingStatus(parts, config);
  const { router } = serving.engine;
  const { fence, heartbeat } = serving.failover;
  const peer = peerStatus(router, parts.now);
  const failback = failbackStatus(router, parts.now);
  const table = serving.reconciler.state();
  const view = { ...parts, serving, table, health: serving.health() };
  const clock = { now: parts.now, wallClockOf: (at: Instant) => wallClockOf(at, parts) };
  const whole: Status = {
    // In this order the fields are printed; each part fills in its own.
    ...waitingStatus(parts, config),
    role: router.role,
    state: router.state,
    since: wallClockOf(router.since, parts),
    cause: router.cause,
    commands: commandsBody(serving.running.config, parts.doors.runner),
    faults: [...router.faults, ...conflictFaults(router), ...heartbeat.faults()],
    fence: router.gate.fence === "failed" ? fence.failure : null,
    failback: { mode: failback.mode, blocked_by: failback.blocked_by, in_ms: failback.in_ms },
    heartbeat: {
      ...heartbeat.counters(),
      late: parts.lateHeartbeats,
      ...spoken(serving),
    },
    peer: peer === null ? null : peerBody(serving, peer, parts),
    refused: { ...parts.refused, check: serving.nannies.failures() },
  };
  Object.assign(whole, ...serving.parts.map((part) => part.status?.(clock)));
  const servers: VirtualServerStatus[] = [];
  const { virtualServers } = serving.running.config;
  for (const one of [...virtualServers].sort((a, b) => a.position - b.position))
    servers.push(await virtualServerBody(one, view, pace));
  return { ...whole, virtual_servers: servers };
}

/** While the router looks for its own address: nothing is held, checked or programmed. */
const waitingStatus = (parts: Known, config: Status["config"]): Status => ({
  version,
  started: parts.startedAt,
  role: null,
  state: "starting",
  since: parts.startedAt,
  cause: "none of the routers' addresses is on this machine yet",
  config,
  faults: [],
  commands: commandsBody(parts.written, parts.doors.runner),
  fence: null,
  failback: { mode: parts.written.failover.failback, blocked_by: null, in_ms: null },
  heartbeat: {
    sent: 0,
    received: 0,
    late: 0,
    refused: {},
    protocol: parts.written.heartbeat.protocol,
    speaks: null,
    authenticated: null,
  },
  connection_sync: null,
  peer: null,
  vips: [],
  services: [],
  virtual_servers: [],
  names: [],
  maintenance: [],
  ipvs: { in_sync: false, foreign_services: 0, last_error: null, drifts: 0 },
  kernel: { repairs: 0, wrong: [] },
  refused: { ...parts.refused, check: {} },
});

const commandsBody = (config: Config, runner: boolean): Status["commands"] =>
  runsCommands(config) ? (runner ? "runner" : "daemon") : null;

const wallClockOf = (at: Instant, { now, wallMs }: Known): string =>
  new Date(wallMs - between(at, now)).toISOString();

/** What is spoken to the peer, and whether a signature shows that it is the peer who answers. */
function spoken({
  engine,
  running,
}: Serving): Omit<Status["heartbeat"], "sent" | "received" | "late" | "refused"> {
  const { dialect, rules } = engine.router;
  if (rules.alone) return { protocol: rules.protocol, speaks: null, authenticated: null };
  const isSigned = dialect === "lvsd" && running.config.heartbeat.authentication === "hmac";
  return { protocol: rules.protocol, speaks: dialect, authenticated: isSigned };
}

function peerBody(serving: Serving, peer: PeerPicture, known: Known): PeerStatus {
  const { peerNews } = serving.failover;
  return {
    role: otherRole(serving.engine.router.role),
    state: peer.state,
    alive: peer.alive,
    since: wallClockOf(peerNews.since, known),
    cause: peerNews.cause,
    config_match: peer.configMatch,
    paths: peer.paths.map((path) => ({
      name: path.name,
      alive: path.alive,
      last_seen_ms: path.lastSeen,
      rtt_ms: path.rtt,
      lost: path.lost,
    })),
  };
}

/** What the bodies of virtual servers are made from. */
interface View extends Known {
  readonly serving: Serving;
  readonly table: TableState;
  readonly health: Health;
}

async function virtualServerBody(
  virtualServer: VirtualServer,
  view: View,
  pace: Pace,
): Promise<VirtualServerStatus> {
  const services = serviceIdentities(virtualServer).map(printService);
  const found = services.map((service) => view.table.table?.get(service));
  const scale = view.table.table === null ? 1 : scaleIn(virtualServer, view.table.table);
  const servers: RealServerStatus[] = [];
  for (const realServer of [...virtualServer.realServers].sort((a, b) => a.position - b.position)) {
    servers.push(listedBody(virtualServer, realServer, scale, view));
    const wait = pace(1);
    if (wait !== undefined) await wait;
  }
  servers.push(...unresolvedBodies(virtualServer, view));
  const refusal = view.table.refusals.find(({ change }) => services.includes(partKeyOf(change)));
  const { state } =
    view.health.whole?.(virtualServer.name) ?? virtualServerHealth(virtualServer, view.health);
  return {
    name: virtualServer.name,
    protocol: virtualServer.mark === null ? virtualServer.protocol : null,
    address: virtualServer.address,
    port: virtualServer.port,
    fwmark: virtualServer.mark?.fwmark ?? null,
    scheduler:
      refusal === undefined ? virtualServer.scheduler : (found[0] ?? virtualServer).scheduler,
    // Whatever its servers' health: a server that is not in the kernel's table serves no client.
    state: serves(state) && view.table.table !== null && found.includes(undefined) ? "down" : state,
    last_error: refusal === undefined ? null : `${refusal.planned.text}: ${refusal.reason}`,
    active_connections: servers.reduce((sum, each) => sum + each.active_connections, 0),
    inactive_connections: servers.reduce((sum, each) => sum + each.inactive_connections, 0),
    real_servers: servers,
  };
}

function listedBody(
  virtualServer: VirtualServer,
  realServer: RealServer,
  scale: number,
  view: View,
): RealServerStatus {
  const destination = printDestination(destinationIdentity(virtualServer, realServer));
  const key = realServerKey(virtualServer.name, realServer.name);
  const service = printService(serviceOf(virtualServer, realServer));
  const destinations = view.table.table?.get(service)?.destinations;
  const scaled = destinations?.get(destination)?.weight ?? null;
  const weight = scaled === null ? null : scaled / scale;
  const counted = view.table.counters.get(service)?.get(destination);
  const { active } = virtualServer;
  return realServerBody({ realServer, key, weight, active }, counted, view);
}

/** Real servers of names that stand for no address yet: they are shown by their names. */
function unresolvedBodies(
  { namedServers, realServers, active }: VirtualServer,
  view: View,
): RealServerStatus[] {
  const resolved = new Set(realServers.map(({ named }) => named));
  return namedServers
    .filter(({ name }) => !resolved.has(name))
    .map((server) => ({
      name: server.name,
      address: server.host,
      port: server.port,
      state: active && server.active ? "checking" : "disabled",
      weight: server.weight,
      effective_weight: 0,
      active_connections: 0,
      inactive_connections: 0,
      load: null,
      check: {
        type: server.check.type,
        last_ms: null,
        since: view.startedAt,
        last_error: view.serving.names.whyNot(server.host),
      },
    }));
}

const serves = (state: VirtualServerState): boolean =>
  state === "up" || state === "sorry" || state === "panic";

interface ListedServer {
  readonly realServer: RealServer;
  readonly key: RealServerKey;
  /** In the table as last read; null: it is not there. */
  readonly weight: number | null;
  /** Its virtual server is active. */
  readonly active: boolean;
}

function realServerBody(
  { realServer, key, weight, active }: ListedServer,
  counted: DestinationCounters | undefined,
  view: View,
): RealServerStatus {
  const nanny = view.serving.nannies.nanny(key);
  const shown = nanny === null ? null : shownCheck(nanny);
  const wanted = nanny?.health.tableWeight ?? 0;
  const ownPath = view.serving.ownPaths.status(key);
  const tripwire = view.serving.evidence.tripwire(key);
  const drained = realServer.maintenance && view.serving.maintenance.drainState(key);
  return {
    name: realServer.name,
    address: realServer.address,
    port: realServer.port,
    state: (active ? drained : null) ?? nanny?.health.state ?? "checking",
    weight: realServer.maintenance?.weight ?? realServer.weight,
    effective_weight: view.table.table === null ? wanted : (weight ?? 0),
    active_connections: counted?.activeConnections ?? 0,
    inactive_connections: counted?.inactiveConnections ?? 0,
    check: {
      type: shown?.type ?? realServer.check.type,
      last_ms: shown?.lastMs ?? null,
      last_error: nanny?.refusal?.why ?? (nanny && objection(nanny)) ?? shown?.lastError ?? null,
      since: wallClockOf(nanny?.since ?? view.now, view),
    },
    ...(ownPath !== null && { own_path: ownPath }),
    ...(tripwire !== null && { tripwire }),
    load: view.serving.load(key),
  };
}
