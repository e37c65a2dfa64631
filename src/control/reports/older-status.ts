/**
 * The status of a daemon of another version, as after an upgrade that no restart has followed: what
 * it does not say is filled in, so that what it says is shown. Pure.
 */
import type {
  NameStatus,
  PeerStatus,
  RealServerStatus,
  ServiceStatus,
  Status,
  VipStatus,
  VirtualServerStatus,
} from "../api.ts";

type Unsaid<Body> = { readonly [Key in keyof Body]?: Body[Key] | undefined };

/** `said` over `usual`; the very same object where nothing of that is left out. */
function over<Body extends object>(usual: Unsaid<Body>, said: Body): Body {
  const body: Unsaid<Body> = said;
  const left = (Object.keys(usual) as (keyof Body)[]).filter((key) => body[key] === undefined);
  if (left.length === 0) return said;
  return { ...said, ...Object.fromEntries(left.map((key) => [key, usual[key]])) };
}

const nothing = {
  faults: [],
  commands: null,
  fence: null,
  connection_sync: null,
  peer: null,
  vips: [],
  services: [],
  names: [],
  maintenance: [],
  refused: {},
  virtual_servers: [],
} satisfies Unsaid<Status>;

const usual = {
  failback: { mode: "auto", blocked_by: null, in_ms: null },
  heartbeat: {
    sent: 0,
    received: 0,
    late: 0,
    refused: {},
    protocol: "lvsd",
    speaks: null,
    authenticated: null,
  },
  ipvs: { in_sync: false, foreign_services: 0, last_error: null, drifts: 0 },
  kernel: { repairs: 0, wrong: [] },
} as const satisfies Unsaid<Status>;

/** `said`, with the fields that this version knows; a server that has them all is the same object. */
export function completed(said: Status): Status {
  const body = over({ ...nothing, ...usual, started: said.since }, said);
  return {
    ...body,
    config: over({ error: null }, body.config),
    failback: over(usual.failback, body.failback),
    heartbeat: over(usual.heartbeat, body.heartbeat),
    peer: body.peer && over<PeerStatus>(unsaidOfPeer, body.peer),
    vips: body.vips.map((vip) => over<VipStatus>({ answered_by: null }, vip)),
    services: body.services.map((service) => over<ServiceStatus>(unsaidOfService, service)),
    names: body.names.map((name) => over<NameStatus>(unsaidOfName, name)),
    virtual_servers: body.virtual_servers.map(completedServer),
    ipvs: over(usual.ipvs, body.ipvs),
    kernel: over(usual.kernel, body.kernel),
  };
}

const unsaidOfPeer = {
  state: null,
  since: null,
  cause: null,
  paths: [],
} satisfies Unsaid<PeerStatus>;

const unsaidOfService = { last_error: null, failures: 0 } satisfies Unsaid<ServiceStatus>;

const unsaidOfName = {
  addresses: [],
  source: "nowhere",
  answered: null,
  last_error: null,
} satisfies Unsaid<NameStatus>;

function completedServer(said: VirtualServerStatus): VirtualServerStatus {
  const server = over<VirtualServerStatus>({ last_error: null, real_servers: [] }, said);
  const reals = server.real_servers.map(completedReal);
  const isWhole = reals.every((real, at) => real === server.real_servers[at]);
  return isWhole ? server : { ...server, real_servers: reals };
}

function completedReal(said: RealServerStatus): RealServerStatus {
  const real = over<RealServerStatus>({ load: null }, said);
  const check = over({ last_ms: null, last_error: null }, real.check);
  return check === real.check ? real : { ...real, check };
}
