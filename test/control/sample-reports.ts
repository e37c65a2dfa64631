/** Reports of the daemon that are no part of its status: graphs, findings, devices. */
import type { FindingsReport } from "../../src/control/api.ts";
import type { MachineReport } from "../../src/control/reports/first-files.ts";
import type { GraphsReport } from "../../src/control/reports/graphs.ts";

export const sampleFindings: FindingsReport = {
  ok: true,
  at: "2026-01-01T00:01:00.000Z",
  findings: [],
  real_servers: { asked: 3, all: 3 },
};

export const sampleGraphs: GraphsReport = {
  ok: true,
  virtual_server: null,
  ended: "2026-01-01T03:00:00.000Z",
  step_s: 30,
  lines: [
    { name: "connections", values: [null, 40, 42] },
    { name: "bytes_in", values: [null, 120_000, 123_456] },
    { name: "bytes_out", values: [null, 4_500_000, 4_567_890] },
    { name: "active", values: [null, 11, 12] },
    { name: "inactive", values: [null, 340, 345] },
  ],
  paths: [{ name: "public", rtt_ms: [0.4, null, 0.41] }],
};

export const sampleMachine: MachineReport = {
  hostname: "router1",
  devices: [
    { name: "eth0", up: true, addresses: ["192.168.26.9/24"] },
    { name: "eth1", up: true, addresses: ["10.11.12.9/24"] },
  ],
};
