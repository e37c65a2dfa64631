import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  enabledKeptMs,
  fingerprint,
  isOrder,
  merge,
  nextStamp,
  noOrders,
  type Order,
  type OrderKind,
  orderKinds,
  ordersMax,
  shortBy,
  standing,
  withoutOver,
} from "../../../src/health/maintenance/orders.ts";

const order = (kind: OrderKind, stamp: number, changes: Partial<Order> = {}): Order => ({
  virtualServer: "web",
  realServer: "rs1",
  kind,
  by: "alice",
  stamp,
  ...changes,
});

describe("orders of operators", () => {
  it("the newer of two holds, in whatever order they are heard", () => {
    const drain = order("drain", 1);
    const enable = order("enable", 2);
    for (const heard of [
      [drain, enable],
      [enable, drain],
    ])
      assert.deepEqual([...merge(noOrders, heard, 10).orders.values()], [enable]);
  });

  it("any two routers that have heard the same have the same, whatever came first and twice", () => {
    const any = fc.record({
      virtualServer: fc.constantFrom("web", "mail"),
      realServer: fc.constantFrom("rs1", "rs2"),
      kind: fc.constantFrom(...orderKinds),
      by: fc.constantFrom("alice", "bob"),
      stamp: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(any), fc.array(any), (some, others) => {
        const one = merge(merge(noOrders, some, 10).orders, others, 10).orders;
        const other = merge(noOrders, [...others, ...some, ...others], 10).orders;
        assert.deepEqual(fingerprint(one), fingerprint(other));
      }),
    );
  });

  it("what is no news changes nothing", () => {
    const { orders } = merge(noOrders, [order("drain", 5)], 10);
    const again = merge(orders, [order("drain", 5), order("enable", 4)], 10);
    assert.equal(again.orders, orders);
    assert.deepEqual(again.news, []);
  });

  it("an order given now is newer than all that are known, whatever the clock says", () => {
    const { orders } = merge(noOrders, [order("drain", 5_000)], 10);
    assert.equal(nextStamp(orders, 10), 5_001);
    assert.equal(nextStamp(orders, 6_000), 6_000);
  });

  it("an enable is kept for a month, so that a router that was away does not undo it", () => {
    const { orders } = merge(noOrders, [order("enable", 100)], 100);
    assert.equal(withoutOver(orders, 99 + enabledKeptMs), orders);
    assert.equal(merge(orders, [order("drain", 99)], 200).news.length, 0);
    assert.equal(withoutOver(orders, 100 + enabledKeptMs).size, 0);
    assert.deepEqual(standing(orders), []);
    assert.equal(merge(noOrders, [order("enable", 100)], 100 + enabledKeptMs).news.length, 0);
  });

  it("a drain stands for ever", () => {
    const { orders } = merge(noOrders, [order("drain", 100)], 100);
    assert.equal(withoutOver(orders, 100 + 10 * enabledKeptMs), orders);
  });

  it("has a bound, beyond which known subjects can still change", () => {
    const many = Array.from({ length: ordersMax }, (_, at) =>
      order("drain", 1, { realServer: `rs${at}` }),
    );
    const { orders } = merge(noOrders, many, 10);
    const more = merge(orders, [order("drain", 2, { realServer: "other" })], 10);
    assert.deepEqual([more.left, more.news.length], [1, 0]);
    assert.equal(merge(orders, [order("enable", 2, { realServer: "rs7" })], 10).news.length, 1);
  });

  it("only a whole order counts as one", () => {
    assert.equal(isOrder(order("drain", 1)), true);
    assert.equal(isOrder(order("disable", 1, { realServer: null })), true);
    const spoiled: readonly Partial<Record<keyof Order, unknown>>[] = [
      { virtualServer: "a/b" },
      { virtualServer: "" },
      { realServer: "x".repeat(64) },
      { realServer: undefined },
      { kind: "stop" },
      { by: "x".repeat(65) },
      { stamp: -1 },
      { stamp: 1.5 },
      { stamp: 2 ** 48 },
    ];
    for (const part of spoiled) assert.equal(isOrder({ ...order("drain", 1), ...part }), false);
    // A virtual server is disabled, not drained.
    assert.equal(isOrder(order("drain", 1, { realServer: null })), false);
    assert.equal(isOrder(null), false);
  });

  it("who asked is cut to what is kept, between characters", () => {
    assert.equal(shortBy(" alice ", "x"), "alice");
    assert.equal(shortBy(null, "an operator"), "an operator");
    assert.equal(Buffer.byteLength(shortBy("ä".repeat(40), "x")), 64);
  });
});
