/** A router on a working day, for pictures and for tests of pages: a takeover at night, two faults. */
import type {
  FindingsReport,
  RealServerStatus,
  ScriptReport,
  Status,
  VirtualServerStatus,
} from "../../src/control/api.ts";
import type { GraphsReport } from "../../src/control/reports/graphs.ts";
import type { LvsdEvent } from "../../src/model/event.ts";
import { sampleStatus } from "../control/sample.ts";

const since = "2026-11-29T03:12:07.412Z";

function real(
  name: string,
  address: string,
  port: number,
  more: Partial<RealServerStatus> = {},
): RealServerStatus {
  return {
    name,
    address,
    port,
    state: "up",
    weight: 1,
    effective_weight: 1,
    active_connections: 212,
    inactive_connections: 1804,
    check: { type: "http", last_ms: 1.9, last_error: null, since },
    load: null,
    ...more,
  };
}

function virtual(
  name: string,
  address: string,
  port: number,
  servers: readonly RealServerStatus[],
  more: Partial<VirtualServerStatus> = {},
): VirtualServerStatus {
  const sum = (field: "active_connections" | "inactive_connections"): number =>
    servers.reduce((total, server) => total + server[field], 0);
  return {
    name,
    protocol: "tcp",
    address,
    port,
    fwmark: null,
    scheduler: "wlc",
    state: "up",
    last_error: null,
    active_connections: sum("active_connections"),
    inactive_connections: sum("inactive_connections"),
    real_servers: servers,
    ...more,
  };
}

const broken = { type: "http", last_ms: null, last_error: "connect: connection refused", since };

export const busyStatus: Status = {
  ...sampleStatus,
  since,
  cause: "peer dead: silent for 1000 ms",
  vips: [
    { address: "10.11.12.10/24", device: "eth1", held: true, answered_by: null },
    { address: "192.168.26.10/24", device: "eth0", held: true, answered_by: null },
    { address: "2001:db8::53/64", device: "eth0", held: true, answered_by: null },
  ],
  peer: {
    role: "backup",
    state: "standby",
    alive: true,
    since: "2026-01-01T00:00:05.000Z",
    cause: "it says that it is standby, after active",
    config_match: true,
    paths: [
      { name: "public", alive: true, last_seen_ms: 120, rtt_ms: 0.41, lost: 2 },
      { name: "private", alive: true, last_seen_ms: 88, rtt_ms: 0.36, lost: 0 },
    ],
  },
  connection_sync: { state: "master", device: "eth1", id: 4 },
  virtual_servers: [
    virtual("web", "192.168.26.10", 80, [
      real("rs1", "10.11.12.1", 80, { weight: 2, effective_weight: 2, active_connections: 431 }),
      real("rs2", "10.11.12.2", 80, {
        state: "down",
        effective_weight: 0,
        active_connections: 0,
        inactive_connections: 5,
        check: broken,
      }),
      real("rs3", "10.11.12.3", 80, {
        weight: 2,
        effective_weight: 1.4,
        tripwire: "held",
        load: { monitor: "agent", value: 62, factor: 0.7, last_error: null },
      }),
    ]),
    virtual("shop", "192.168.26.10", 443, [
      real("rs1", "10.11.12.1", 443, { effective_weight: 0.4 }),
      real("rs3", "10.11.12.3", 443, { state: "reentry", effective_weight: 0 }),
    ]),
    virtual(
      "dns6",
      "2001:db8::53",
      53,
      [
        real("ns1", "2001:db8:1::1", 5353, {
          state: "down",
          check: broken,
          own_path: { reached: false, why: "no route to host" },
        }),
        real("ns2", "2001:db8:1::2", 5353),
      ],
      { protocol: "udp", scheduler: "rr", state: "panic" },
    ),
  ],
};

const info = (at: string, message: string, cause: string): LvsdEvent => ({
  at,
  severity: "info",
  message,
  event: "state",
  kind: "changed",
  from: "standby",
  to: "active",
  cause,
});

export const busyEvents: readonly LvsdEvent[] = [
  {
    at: "2026-11-29T03:12:07.404Z",
    severity: "warn",
    event: "peer",
    kind: "dead",
    message: "peer is dead: silent for 1000 ms on every path",
    text: "silent for 1000 ms on every path",
  },
  info(
    "2026-11-29T03:12:07.412Z",
    "standby -> active: peer dead: silent for 1000 ms",
    "peer dead: silent for 1000 ms",
  ),
  {
    at: "2026-11-29T03:12:07.420Z",
    severity: "info",
    event: "state",
    kind: "timeline",
    message:
      "takeover (peer dead): last heartbeat 1011.3 ms, decided 10.8 ms, first VIP announced 7.9 ms, addresses read back 0.4 ms before its last step",
    cause: "peer dead",
    last_heard_ms: 1011.3,
    decided_ms: 10.8,
    announced_ms: 7.9,
    claimed_ms: 0.4,
  },
  {
    at: "2026-11-29T08:40:51.006Z",
    severity: "warn",
    event: "real_server",
    kind: "down",
    message: "web/rs2 (10.11.12.2:80) is down: connect: connection refused",
    virtual_server: "web",
    real_server: "rs2",
    address: "10.11.12.2:80",
    cause: "connect: connection refused",
  },
];

/** Three hours with a wave of traffic, and a gap where the other router was active. */
export const busyGraphs: GraphsReport = {
  ok: true,
  virtual_server: null,
  ended: "2026-11-29T09:00:00.000Z",
  step_s: 30,
  lines: (
    [
      ["connections", 120],
      ["bytes_in", 2_400_000],
      ["bytes_out", 41_000_000],
      ["active", 860],
      ["inactive", 7400],
    ] as const
  ).map(([name, height]) => ({ name, values: wave(height) })),
  paths: [
    { name: "public", rtt_ms: wave(0.41) },
    { name: "private", rtt_ms: wave(0.36) },
  ],
};

function wave(height: number): readonly (number | null)[] {
  return Array.from({ length: 360 }, (_, at) => {
    if (at > 200 && at < 230) return null;
    const share = 0.75 + 0.2 * Math.sin(at / 40) + 0.05 * Math.sin(at * 1.7);
    return Number((height * share).toPrecision(5));
  });
}

export const busyFindings: FindingsReport = {
  ok: false,
  at: "2026-11-29T09:00:00.000Z",
  real_servers: { asked: 7, all: 7 },
  findings: [
    {
      finding: "return-path",
      severity: "prevents",
      says: "Replies of a real server do not come back through this router.",
      seen: "rs2 (10.11.12.2) does not answer a client elsewhere through 10.11.12.10",
      remedy: "lvsd realserver web rs2 --method gateway | ssh root@10.11.12.2 sh",
    },
    {
      finding: "rp-filter",
      severity: "endangers",
      says: "The kernel drops packets that come from where it would not send the reply.",
      seen: "net.ipv4.conf.eth1.rp_filter is 1",
      remedy: "sysctl -w net.ipv4.conf.eth1.rp_filter=0",
    },
    {
      finding: "clock",
      severity: "advises",
      says: "The clock is not synchronised.",
      seen: "adjtimex says TIME_ERROR",
      remedy: null,
    },
  ],
};

export const busyScript: ScriptReport = {
  ok: true,
  method: "sysctl",
  warning: null,
  text: `#!/bin/sh
# Prepares a real server for the virtual server web of lvsd.
# Forwarding: direct routing; method: sysctl; VIP: 192.168.26.10.
set -eu
sysctl -q -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
ip addr replace 192.168.26.10/32 dev lo
`,
};

/** Many servers: `virtuals` of `reals` each. */
export function largeStatus(virtuals: number, reals: number): Status {
  return {
    ...busyStatus,
    virtual_servers: Array.from({ length: virtuals }, (_, at) =>
      virtual(
        `service-${at}`,
        `192.168.${26 + Math.floor(at / 200)}.${(at % 200) + 10}`,
        80,
        Array.from({ length: reals }, (__, of) => real(`rs${of}`, `10.11.${at}.${of + 1}`, 80)),
      ),
    ),
  };
}
