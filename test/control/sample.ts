/** A status and events with something in every field, for the tests of both ends and the reports. */
import type {
  PlanReport,
  RatesReport,
  Refusal,
  SaveReport,
  Status,
} from "../../src/control/api.ts";
import type { ReviewReport } from "../../src/control/review.ts";
import type { LvsdEvent } from "../../src/model/event.ts";

/** An active primary with one virtual server of each family; one real server is down. */
export const sampleStatus: Status = {
  version: "0.1.0",
  started: "2025-12-31T23:59:00.000Z",
  role: "primary",
  state: "active",
  since: "2026-01-01T00:00:00.000Z",
  cause: "peer dead: silent for 1000 ms",
  config: { path: "/etc/lvsd/lvsd.yaml", serial: 7, hash: "0f".repeat(32), error: null },
  faults: [],
  commands: null,
  failback: { mode: "auto", blocked_by: null, in_ms: null },
  heartbeat: {
    sent: 1000,
    received: 990,
    late: 2,
    refused: { "bad-hmac": 3, replayed: 0, short: 0 },
    protocol: "lvsd",
    speaks: "lvsd",
    authenticated: true,
  },
  fence: null,
  connection_sync: null,
  peer: {
    role: "backup",
    state: "standby",
    alive: true,
    since: "2026-01-01T00:00:05.000Z",
    cause: "it says that it is standby, after active",
    config_match: true,
    paths: [
      { name: "public", alive: true, last_seen_ms: 120, rtt_ms: 0.41, lost: 0 },
      { name: "private", alive: false, last_seen_ms: 61_200, rtt_ms: null, lost: 244 },
    ],
  },
  vips: [
    { address: "10.11.12.10/24", device: "eth1", held: true, answered_by: null },
    { address: "192.168.26.10/24", device: "eth0", held: true, answered_by: null },
  ],
  services: [
    {
      name: "mail",
      state: "running",
      since: "2026-01-01T00:00:01.000Z",
      cause: "its check passed",
      last_error: null,
      failures: 0,
    },
    {
      name: "reports",
      state: "failed",
      since: "2026-01-01T00:00:02.000Z",
      cause: "start failed: status 3",
      last_error: "start failed: status 3",
      failures: 2,
    },
  ],
  names: [],
  virtual_servers: [
    {
      name: "web",
      protocol: "tcp",
      address: "192.168.26.10",
      port: 80,
      fwmark: null,
      scheduler: "wlc",
      state: "up",
      last_error: null,
      active_connections: 12,
      inactive_connections: 345,
      real_servers: [
        {
          name: "rs1",
          address: "10.11.12.1",
          port: 80,
          state: "up",
          weight: 2,
          effective_weight: 2,
          active_connections: 12,
          inactive_connections: 340,
          check: {
            type: "http",
            last_ms: 2.13,
            last_error: null,
            since: "2026-01-01T00:00:01.000Z",
          },
          load: null,
        },
        {
          name: "rs2",
          address: "10.11.12.2",
          port: 80,
          state: "down",
          weight: 1,
          effective_weight: 0,
          active_connections: 0,
          inactive_connections: 5,
          check: {
            type: "http",
            last_ms: 2000,
            last_error: "connect: connection refused",
            since: "2026-01-01T00:10:00.000Z",
          },
          load: null,
        },
      ],
    },
    {
      name: "dns6",
      protocol: "udp",
      address: "2001:db8::53",
      port: 53,
      fwmark: null,
      scheduler: "rr",
      state: "down",
      last_error: null,
      active_connections: 0,
      inactive_connections: 0,
      real_servers: [
        {
          name: "ns1",
          address: "2001:db8:1::1",
          port: 5353,
          state: "checking",
          weight: 1,
          effective_weight: 0,
          active_connections: 0,
          inactive_connections: 0,
          check: {
            type: "none",
            last_ms: null,
            last_error: null,
            since: "2026-01-01T00:00:00.000Z",
          },
          load: null,
        },
      ],
    },
  ],
  maintenance: [],
  ipvs: { in_sync: true, foreign_services: 0, last_error: null, drifts: 1 },
  kernel: { repairs: 0, wrong: [] },
  refused: { control: { "bad-json": 1 }, check: {}, config: {} },
};

export const sampleEvents: readonly LvsdEvent[] = [
  {
    at: "2026-01-01T00:00:00.000Z",
    severity: "info",
    message: "active: peer dead: silent for 1000 ms",
    event: "state",
    kind: "changed",
    from: "standby",
    to: "active",
    cause: "peer dead: silent for 1000 ms",
  },
  {
    at: "2026-01-01T00:10:00.250Z",
    severity: "warn",
    message: "web/rs2 (10.11.12.2:80) is down: connect: connection refused",
    event: "real_server",
    kind: "down",
    virtual_server: "web",
    real_server: "rs2",
    address: "10.11.12.2:80",
    cause: "connect: connection refused",
  },
];

export const samplePlan: PlanReport = {
  ok: true,
  changes: [
    {
      area: "vip",
      action: "add",
      subject: "192.168.26.11/24",
      text: "192.168.26.11/24 on eth0",
    },
    {
      area: "ipvs",
      action: "edit",
      subject: "tcp 192.168.26.10:80 10.11.12.1:80",
      text: "tcp 192.168.26.10:80 -> 10.11.12.1:80 weight 2 -> 3",
    },
    {
      area: "ipvs",
      action: "delete",
      subject: "udp [2001:db8::53]:53",
      text: "udp [2001:db8::53]:53 rr",
    },
  ],
  settings: ["heartbeat.interval: 250ms -> 100ms"],
  unchanged_services: 98,
  refused: [],
};

export const sampleReview: ReviewReport = {
  ...samplePlan,
  objections: [],
  peer: { kind: "planned", plan: samplePlan, objections: [] },
};

export const sampleSave: SaveReport = {
  ...samplePlan,
  serial: 8,
  hash: "8e".repeat(32),
  peer: "stored",
};

export const samplePast = {
  number: 3,
  serial: 6,
  hash: "6a".repeat(32),
  at: "2026-01-01T00:05:00.000Z",
};

export const invalidFile: Refusal = {
  ok: false,
  fault: "text",
  problems: [
    {
      file: "/etc/lvsd/lvsd.yaml",
      line: 12,
      column: 15,
      message: "heartbeat.dead_after: 300ms is less than 2 x interval (2 x 250ms)",
      hint: "use at least 500ms",
    },
  ],
};

export const guarded: Refusal = {
  ok: false,
  fault: "now",
  problems: [
    {
      file: null,
      line: null,
      column: null,
      message: "the file removes 6 of 10 real servers, more than guard.remove_percent: 50",
      hint: "give --yes if that is meant",
    },
  ],
};

const perSecond = { packets_in: 900, packets_out: 800, bytes_in: 123_456, bytes_out: 4_567_890 };
export const sampleRates: RatesReport = {
  at: "2026-01-01T00:01:00.000Z",
  services: [
    {
      service: "tcp 192.168.26.10:80",
      connections: 42,
      ...perSecond,
      destinations: [{ destination: "10.11.12.1:80", connections: 40, ...perSecond }],
    },
  ],
};
