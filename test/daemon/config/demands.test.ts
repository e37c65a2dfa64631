import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../../src/config/read-config.ts";
import { asksForMore } from "../../../src/daemon/config/demands.ts";

const base = {
  routers: { primary: { public: "192.0.2.1" }, backup: { public: "192.0.2.2" } },
  heartbeat: { authentication: "none" },
  failover: { monitor_links: ["eth0"] },
  virtual_servers: {
    web: {
      address: "192.0.2.10/24",
      device: "eth0",
      port: 80,
      scheduler: "rr",
      check: { type: "tcp" },
      real_servers: { rs1: { address: "10.0.0.1", weight: 1 } },
    },
  },
};
const { web } = base.virtual_servers;

function read(config: object) {
  const text = JSON.stringify(config);
  const result = readConfig("/etc/lvsd/lvsd.yaml", { read: () => ({ text }), glob: () => [] });
  assert.ok("config" in result, JSON.stringify(result));
  return result;
}
const withWeb = (change: object): object => ({
  ...base,
  virtual_servers: { web: { ...web, ...change } },
});

const changes: readonly (readonly [what: string, next: object, more: boolean])[] = [
  ["nothing", base, false],
  ["a weight", withWeb({ real_servers: { rs1: { address: "10.0.0.1", weight: 9 } } }), false],
  ["a real server", withWeb({ real_servers: { rs2: { address: "10.0.0.2" } } }), false],
  ["a link less", { ...base, failover: { monitor_links: false } }, false],
  ["another VIP", withWeb({ address: "192.0.2.11/24" }), true],
  ["another device", withWeb({ device: "eth1" }), true],
  ["a link", { ...base, failover: { monitor_links: ["eth0", "eth9"] } }, true],
  ["a hook", { ...base, notify: { command: "/bin/true" } }, true],
  ["a check's program", withWeb({ check: { type: "command", command: "/bin/true" } }), true],
  ["a check's file", withWeb({ check: { type: "file", file: "/run/web" } }), true],
];

for (const [what, next, more] of changes)
  test(`${what}: ${more ? "asks" : "does not ask"} more of the machine`, () => {
    assert.equal(asksForMore(read(base), read(next)), more);
  });
