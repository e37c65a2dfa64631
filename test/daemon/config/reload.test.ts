import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config, ServiceConfig } from "../../../src/config/config.ts";
import { changedSettings, guardProblem, healthAfter } from "../../../src/daemon/config/reload.ts";
import type { Health } from "../../../src/health/health.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { config, realServer, tcpCheck, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const servers = (count: number, weight = 1) =>
  Array.from({ length: count }, (_, index) =>
    realServer(`rs${index + 1}`, { address: address(`10.0.0.${index + 1}`), weight }),
  );
const web = (count: number, weight = 1): Config =>
  config(virtualServer("web", { realServers: servers(count, weight) }));

const up: Health = new Map([
  ["web/rs1", { state: "up", tableWeight: 1 }],
  ["web/rs2", { state: "down", tableWeight: null }],
]);

test("the guard lets half of the real servers go and no more", () => {
  assert.equal(guardProblem(web(4), web(2)), null);
  const problem = guardProblem(web(4), web(1));
  assert.match(problem?.message ?? "", /would remove 3 of 4 real servers/);
  assert.match(problem?.hint ?? "", /--yes/);
});

test("the guard looks at addresses: a renamed server is not removed", () => {
  const renamed = config(
    virtualServer("site", {
      realServers: servers(4).map((each) => ({ ...each, name: `x-${each.name}` })),
    }),
  );
  assert.equal(guardProblem(web(4), renamed), null);
});

test("an inactive server counts as removed", () => {
  const off = servers(4).map((each) => ({ ...each, active: false }));
  const next = config(virtualServer("web", { realServers: off }));
  assert.notEqual(guardProblem(web(4), next), null);
});

test("a server that stays keeps its state; its weight changes where it has traffic", () => {
  assert.deepEqual(
    [...healthAfter(up, web(2), web(2, 7))],
    [
      ["web/rs1", { state: "up", tableWeight: 7 }],
      ["web/rs2", { state: "down", tableWeight: null }],
    ],
  );
});

test("a new server waits for its first check; one whose address changed is new", () => {
  const moved = config(
    virtualServer("web", { realServers: [realServer("rs1", { address: address("10.0.0.9") })] }),
  );
  assert.deepEqual(healthAfter(up, web(2), moved).get("web/rs1"), {
    state: "checking",
    tableWeight: null,
  });
});

test("changed settings are named as the operator names them", () => {
  const before = web(1);
  const next: Config = {
    ...web(2),
    heartbeat: { ...before.heartbeat, interval: ms(100), deadAfter: seconds(2) },
  };
  assert.deepEqual(changedSettings(before, next), [
    "heartbeat.interval: 250ms -> 100ms",
    "heartbeat.dead_after: 1s -> 2s",
    "web/rs2: joins after its first check",
  ]);
});

test("a changed check is named, an equal one is not", () => {
  const next = config(
    virtualServer("web", {
      realServers: servers(2).map((each, index) =>
        index === 0 ? { ...each, check: tcpCheck({ fall: 5 }) } : each,
      ),
    }),
  );
  assert.deepEqual(changedSettings(web(2), next), ["web/rs1: its check changes"]);
  assert.deepEqual(changedSettings(web(2), web(2)), []);
});

test("what becomes of failover services is named", () => {
  const service = (name: string, more: Partial<ServiceConfig> = {}): ServiceConfig => ({
    name,
    start: { command: "/bin/on", args: [] },
    stop: { command: "/bin/off", args: [] },
    timeout: seconds(30),
    check: { type: "none" },
    ...more,
  });
  const having = (...services: readonly ServiceConfig[]): Config => ({
    ...web(2),
    failover: { ...web(2).failover, services },
  });
  const before = having(service("same"), service("gone"), service("a"), service("b"));
  const after = having(
    service("same"),
    service("a", { start: { command: "/bin/better", args: [] } }),
    service("b", { stop: { command: "/bin/better", args: [] } }),
    service("new"),
  );
  assert.deepEqual(changedSettings(before, after), [
    "failover.services.a: its start changes; where it runs it is stopped and started",
    "failover.services.b: changes, and goes on where it runs",
    "failover.services.new: added",
    "failover.services.gone: removed; stopped where it runs",
  ]);
});
