import assert from "node:assert/strict";
import { test } from "node:test";
import type { Health, RealServerHealth } from "../../src/health/health.ts";
import { virtualServerEvent, virtualServerHealth } from "../../src/health/virtual-server.ts";
import { realServer, virtualServer } from "../table/configs.ts";

const web = virtualServer("web", { realServers: [realServer("a"), realServer("b")] });
const up: RealServerHealth = { state: "up", tableWeight: 1 };
const down: RealServerHealth = { state: "down", tableWeight: null };
const health = (a: RealServerHealth, b: RealServerHealth): Health =>
  new Map([
    ["web/a", a],
    ["web/b", b],
  ]);

const cases: readonly (readonly [string, Health, string])[] = [
  ["one real server with traffic is enough", health(up, down), "up"],
  ["none is not", health(down, down), "down"],
  ["one at weight 0 takes no connections", health({ ...up, tableWeight: 0 }, down), "down"],
  ["an offered but refused one does not either", health({ ...down, tableWeight: 1 }, down), "down"],
  ["nothing known is nothing up", new Map(), "down"],
];

for (const [name, of, state] of cases) {
  test(`of a virtual server, ${name}`, () => {
    assert.equal(virtualServerHealth(web, of).state, state);
  });
}

test("an inactive virtual server is disabled", () => {
  const inactive = { ...web, active: false };
  assert.equal(virtualServerHealth(inactive, health(up, up)).state, "disabled");
});

test("a change to up or down is an event that counts the real servers", () => {
  const after = virtualServerHealth(web, health(up, down));
  assert.deepEqual(virtualServerEvent(web, "down", after), {
    event: "virtual_server",
    kind: "up",
    virtual_server: "web",
    cause: "1 of 2 real servers take connections",
  });
  assert.equal(virtualServerEvent(web, "up", after), null);
  const disabled = virtualServerHealth({ ...web, active: false }, new Map());
  assert.equal(virtualServerEvent(web, "up", disabled), null);
});
