/** Texts and files for the tests of the configuration reader. */
import assert from "node:assert/strict";
import type { Config } from "../../src/config/config.ts";
import { type Files, type ReadResult, readConfig } from "../../src/config/read-config.ts";
import { type Problem, printProblem } from "../../src/keys/problem.ts";

/** Files in memory; patterns know `*` only. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  return {
    read(path) {
      const text = texts[path];
      if (text === undefined) return { error: { message: "there is no such file", hint: null } };
      return { text };
    },
    glob(pattern) {
      const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
      const matcher = new RegExp(`^${parts.join("[^/]*")}$`);
      return Object.keys(texts).filter((path) => matcher.test(path));
    },
  };
}

export const mainPath = "/etc/lvsd/lvsd.yaml";

export const readText = (text: string): ReadResult =>
  readConfig(mainPath, filesOf({ [mainPath]: text }));

/** The configuration of a text that must be sound. */
export function accepted(result: ReadResult): Config {
  if ("problems" in result) assert.fail(result.problems.map(printProblem).join("\n"));
  return result.config;
}

/** The problems of a text that must be faulty. */
export function refused(result: ReadResult): readonly Problem[] {
  assert.ok("problems" in result, "the text was accepted");
  assert.ok(result.problems.length > 0);
  return result.problems;
}

/** A sound configuration that uses most keys once. */
export const soundText = `serial: 3
routers:
  primary: { public: 192.168.26.9, private: 10.11.12.9 }
  backup: { public: 192.168.26.8, private: 10.11.12.8 }
heartbeat:
  interval: 250ms
  dead_after: 1s
  warn_after: 500ms
failover:
  failback: auto
  start_delay: 3s
  monitor_links: [eth0, eth1]
  announce: { count: 5, interval: 1s, refresh: 60s }
guard: { remove_percent: 50 }
timeouts: { tcp: 900s, tcp_fin: 120s, udp: 300s }
nat_router: { address: 10.11.12.10/24, device: eth1 }
vips:
  - { address: 192.168.26.50/24, device: eth0 }
virtual_servers:
  web:
    address: 192.168.26.10/24
    device: eth0:1
    port: 80
    scheduler: wlc
    persistence: { timeout: 300s, netmask: 255.255.255.0 }
    check:
      type: http
      path: /health
      interval: 2s
    real_servers:
      rs1: { address: 10.11.12.1, weight: 1 }
      rs2: { address: 10.11.12.2, connections: { max: 2000, min: 1500 } }
  dns:
    address: 192.168.26.11/24
    protocol: udp
    port: 53
    forwarding: direct
    real_servers:
      rs1: { address: 10.11.12.1 }
`;
