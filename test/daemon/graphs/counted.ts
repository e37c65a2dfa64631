/** Services and what the kernel has counted of them. */
import type { GraphStore, Sample } from "../../../src/daemon/graphs/graph-store.ts";
import type { Rates } from "../../../src/kernel/ipvs-rates.ts";

export const web = { name: "web", services: ["tcp 192.0.2.1:80"], active: 3, inactive: 5 };

export const at = Date.parse("2026-01-01T00:00:00Z");

export const counted = (connections: number): Rates => ({
  connections,
  packets_in: 0,
  packets_out: 0,
  bytes_in: connections * 100,
  bytes_out: connections * 1000,
});

export function sample(connections: number | null, more: Partial<Sample> = {}): Sample {
  const totals =
    connections === null ? null : new Map([["tcp 192.0.2.1:80", counted(connections)]]);
  return { totals, servers: [web], paths: [{ name: "public", rtt: 0.5 }], ...more };
}

export function lineOf(store: GraphStore, name: string, of: string | null = "web", day = false) {
  const report = store.report(of, day ? "day" : "hours", at);
  return report?.lines.find((line) => line.name === name)?.values;
}
