import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maintained } from "../../../src/health/maintenance/maintained.ts";
import {
  merge,
  noOrders,
  type Order,
  type Orders,
} from "../../../src/health/maintenance/orders.ts";
import { nannyRules, startNanny } from "../../../src/health/nanny.ts";
import { virtualServerHealth } from "../../../src/health/virtual-server.ts";
import { instant } from "../../../src/model/time.ts";
import { desiredTable } from "../../../src/table/desired.ts";
import { config, realServer, vip, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const given = (
  ...orders: readonly (Pick<Order, "kind" | "realServer"> & Partial<Order>)[]
): Orders =>
  merge(
    noOrders,
    orders.map((one) => ({ virtualServer: "web", by: "alice", stamp: 1, ...one })),
    10,
  ).orders;

const nobody = new Set<string>();
const web = virtualServer("web", {
  realServers: [
    realServer("rs1", { weight: 3 }),
    realServer("rs2", { address: address("10.0.0.2"), weight: 2 }),
  ],
});
const mail = virtualServer("mail", { address: address("192.0.2.1"), port: 25 });
const whole = { ...config(web, mail), vips: [vip("192.0.2.1")] };

describe("the configuration under maintenance", () => {
  it("is the same object without orders, and with orders about nothing in it", () => {
    assert.equal(maintained(whole, noOrders, nobody), whole);
    assert.equal(maintained(whole, given({ kind: "enable", realServer: "rs1" }), nobody), whole);
    assert.equal(maintained(whole, given({ kind: "drain", realServer: "gone" }), nobody), whole);
  });

  it("a drained server has weight 0 and stays in the table; others are untouched", () => {
    const next = maintained(whole, given({ kind: "drain", realServer: "rs1" }), nobody);
    const [server] = next.virtualServers;
    assert.deepEqual(
      server?.realServers.map(({ weight, active }) => [weight, active]),
      [
        [0, true],
        [2, true],
      ],
    );
    assert.deepEqual(server?.realServers[0]?.maintenance, {
      kind: "drain",
      by: "alice",
      weight: 3,
    });
    assert.equal(server?.realServers[1], web.realServers[1]);
    assert.equal(next.virtualServers[1], mail);
    const up = { get: () => ({ state: "up" as const, tableWeight: 0 }) };
    const sizes = Array.from(desiredTable(next, up).values(), (each) => each.destinations.size);
    assert.deepEqual(sizes.sort(), [0, 2]);
  });

  it("a drained server that is to be moved away from leaves the table", () => {
    const order = given({ kind: "drain", realServer: "rs1" });
    const next = maintained(whole, order, new Set(["web/rs1"]));
    assert.equal(next.virtualServers[0]?.realServers[0]?.active, false);
  });

  it("a disabled server is inactive, and the reason names who asked", () => {
    const next = maintained(whole, given({ kind: "disable", realServer: "rs2" }), nobody);
    const server = next.virtualServers[0];
    const [, rs2] = server?.realServers ?? [];
    assert.ok(server !== undefined && rs2 !== undefined);
    const nanny = startNanny(nannyRules(server, rs2), instant(0));
    assert.deepEqual([nanny.health.state, nanny.cause], ["disabled", "disable asked by alice"]);
  });

  it("a disabled virtual server is as one with active: false", () => {
    const next = maintained(whole, given({ kind: "disable", realServer: null }), nobody);
    const [server] = next.virtualServers;
    assert.ok(server !== undefined);
    assert.deepEqual(virtualServerHealth(server, { get: () => undefined }), {
      state: "disabled",
      cause: "asked by alice",
      quorate: null,
      localPort: null,
    });
    const health = { get: () => undefined };
    assert.deepEqual(
      [...desiredTable(next, health).values()].map(({ identity }) => identity),
      [...desiredTable(config(mail), health).values()].map(({ identity }) => identity),
    );
  });

  it("a VIP goes with the last virtual server that needs it, unless it is claimed for itself", () => {
    const off = { kind: "disable", realServer: null } as const;
    const both = given(off, { ...off, virtualServer: "mail" });
    assert.deepEqual(maintained(whole, given(off), nobody).vips, whole.vips);
    assert.deepEqual(maintained(whole, both, nobody).vips, []);
    const alone = { ...whole, claimedAlone: [address("192.0.2.1")] };
    assert.deepEqual(maintained(alone, both, nobody).vips, whole.vips);
  });

  it("what is inactive in the configuration stays so, and is not named as an operator's", () => {
    const off = { ...config(virtualServer("web", { ...web, active: false })) };
    assert.equal(maintained(off, given({ kind: "disable", realServer: null }), nobody), off);
  });
});
