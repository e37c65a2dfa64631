/**
 * The status of a daemon of another version, as after an upgrade that no restart has followed: what
 * it does not say is filled in, so that what it says is shown.
 */
import type { Status, VipStatus, VirtualServerStatus } from "../../control/api.ts";

type Unsaid<Body> = { readonly [Key in keyof Body]?: Body[Key] | undefined };

const nothing = {
  ...{ faults: [], commands: null, fence: null, connection_sync: null, peer: null },
  ...{ services: [], names: [], maintenance: [], refused: {} },
} as const;

/** `said`, with the fields that this version knows. */
export function completed(said: Status): Status {
  const body: Unsaid<Status> = said;
  return {
    ...nothing,
    ...said,
    started: body.started ?? said.since,
    config: { ...said.config, error: said.config.error ?? null },
    failback: { ...{ mode: "auto", blocked_by: null, in_ms: null }, ...body.failback },
    heartbeat: {
      ...{ sent: 0, received: 0, late: 0, refused: {} },
      ...{ protocol: "lvsd", speaks: null, authenticated: null },
      ...body.heartbeat,
    },
    vips: (body.vips ?? []).map((vip) => ({ ...unanswered, ...vip })),
    virtual_servers: (body.virtual_servers ?? []).map(completedServers),
    ipvs: { ...{ in_sync: false, foreign_services: 0, last_error: null, drifts: 0 }, ...body.ipvs },
    kernel: { ...{ repairs: 0, wrong: [] }, ...body.kernel },
  };
}

const unanswered = { answered_by: null } satisfies Unsaid<VipStatus>;

const completedServers = (said: VirtualServerStatus): VirtualServerStatus => ({
  ...{ last_error: null },
  ...said,
  real_servers: said.real_servers.map((realServer) => ({ ...{ load: null }, ...realServer })),
});
