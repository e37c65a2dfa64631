/** Configurations for tests of what follows from them: one virtual server, changed as needed. */
import type { Config, RealServer, TcpCheck, Vip, VirtualServer } from "../../src/config/config.ts";
import { ms, seconds } from "../../src/model/time.ts";
import { address } from "./tables.ts";

/** A TCP check with the rhythm of the defaults. */
export const tcpCheck = (changes: Partial<TcpCheck> = {}): TcpCheck => ({
  type: "tcp",
  tls: null,
  address: null,
  port: null,
  interval: seconds(2),
  timeout: seconds(2),
  fall: 2,
  rise: 1,
  ...changes,
});

export const realServer = (name: string, changes: Partial<RealServer> = {}): RealServer => ({
  name,
  position: 0,
  active: true,
  address: address("10.0.0.1"),
  port: 80,
  weight: 1,
  forwarding: "nat",
  mapsPort: false,
  tunnel: { type: "ipip" },
  connections: { max: 0, min: 0 },
  check: tcpCheck(),
  ...changes,
});

export const virtualServer = (
  name: string,
  changes: Partial<VirtualServer> = {},
): VirtualServer => ({
  name,
  position: 0,
  active: true,
  protocol: "tcp",
  address: address("192.0.2.1"),
  port: 80,
  mark: null,
  ftp: null,
  scheduler: "wlc",
  schedulerFlags: [],
  onePacket: false,
  persistence: null,
  reentry: ms(0),
  slowStart: ms(0),
  damping: "off",
  quiesce: false,
  start: "checking",
  tripwire: false,
  quorum: {
    count: "servers",
    up: { value: 1, unit: "number" },
    down: { value: 0, unit: "number" },
  },
  panicThreshold: 0,
  sorryServer: null,
  sorryPage: null,
  loadMonitor: "none",
  weightScale: 1,
  realServers: [],
  namedServers: [],
  ...changes,
});

export const vip = (text: string, changes: Partial<Vip> = {}): Vip => ({
  prefix: { address: address(text), length: 24 },
  device: "eth0",
  label: null,
  kind: "vip",
  ...changes,
});

export const config = (...virtualServers: readonly VirtualServer[]): Config => ({
  path: "/etc/lvsd/lvsd.yaml",
  serial: 1,
  include: [],
  console: { listen: address("127.0.0.1"), port: 3636, allow: [], tls: null },
  hash: "",
  routers: {
    primary: { public: address("192.0.2.9"), private: null },
    backup: { public: address("192.0.2.8"), private: null },
  },
  heartbeat: {
    authentication: "none",
    port: 539,
    interval: ms(250),
    deadAfter: seconds(1),
    warnAfter: ms(500),
    keyFile: null,
    protocol: "lvsd",
  },
  failover: {
    failback: "auto",
    failbackDelay: seconds(10),
    startDelay: seconds(3),
    monitorLinks: "vips",
    gateway: [],
    announce: { count: 5, interval: seconds(1), refresh: seconds(60) },
    fence: null,
    services: [],
  },
  clusterSync: true,
  guard: { removePercent: 50 },
  timeouts: null,
  connectionSync: null,
  checks: { concurrency: 1000 },
  sysctl: "auto",
  marks: "lvsd",
  notify: { command: null, mail: null },
  vips: [],
  masquerade: false,
  claimedAlone: [],
  virtualServers,
});
