import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  decodeSection,
  encodeSection,
  type HeardOrders,
  ordersOutbox,
  sectionBytesMax,
} from "../../../src/health/maintenance/exchange.ts";
import {
  fingerprint,
  merge,
  noOrders,
  type Order,
  type Orders,
} from "../../../src/health/maintenance/orders.ts";
import { isRefused } from "../../../src/model/error.ts";

const long = (text: string): string => text.repeat(63);
const orders = (count: number): Orders =>
  merge(
    noOrders,
    Array.from({ length: count }, (_, at): Order => {
      const by = "x".repeat(64);
      const kind = at % 2 === 0 ? "drain" : "disable";
      return { virtualServer: long("v"), realServer: `r${at}`, kind, by, stamp: at + 1 };
    }),
    1000,
  ).orders;

function heard(digest: Uint8Array): HeardOrders {
  const read = decodeSection(digest);
  assert.ok(!isRefused<string>(read));
  return read;
}

describe("the exchange of orders", () => {
  it("a router without orders says nothing, and its digest is that of health", () => {
    assert.equal(encodeSection(ordersOutbox(noOrders), null).bytes.length, 0);
    const slice = Uint8Array.of(1, 0, 0, 0);
    const { orders: none, rest, fingerprint: mark } = heard(slice);
    assert.deepEqual([none, rest, mark], [[], slice, fingerprint(noOrders)]);
  });

  it("two routers with different orders agree after some beats, both ways, then say little", () => {
    const sides = [orders(20), merge(noOrders, [first("mail", 2000)], 3000).orders].map((all) => ({
      outbox: ordersOutbox(all),
      peer: null as Uint8Array | null,
    }));
    for (let beat = 0; beat < 40; beat++) {
      for (const [at, side] of sides.entries()) {
        const other = sides[1 - at];
        assert.ok(other !== undefined);
        const { bytes, outbox } = encodeSection(side.outbox, side.peer);
        assert.ok(bytes.length <= sectionBytesMax);
        side.outbox = outbox;
        const read = heard(bytes);
        other.peer = read.fingerprint;
        const { orders: all, news } = merge(other.outbox.orders, read.orders, 3000);
        if (news.length > 0) other.outbox = ordersOutbox(all);
      }
    }
    const [one, other] = sides;
    assert.ok(one !== undefined && other !== undefined);
    assert.equal(one.outbox.orders.size, 21);
    assert.deepEqual(one.outbox.fingerprint, other.outbox.fingerprint);
    assert.equal(encodeSection(one.outbox, one.peer).bytes.length, 12);
  });

  it("the newest order goes first", () => {
    const { bytes } = encodeSection(ordersOutbox(orders(20)), null);
    assert.equal(heard(bytes).orders[0]?.stamp, 20);
  });

  it("the longest order fits, and what follows the section is left as it is", () => {
    const longest = first(long("v"), 2 ** 48 - 1);
    const all = merge(
      noOrders,
      [{ ...longest, realServer: `${long("r")}@${"2001:".repeat(7)}2001`, by: "é".repeat(32) }],
      2 ** 48,
    ).orders;
    const { bytes } = encodeSection(ordersOutbox(all), null);
    assert.equal(bytes.length, sectionBytesMax);
    const read = heard(Buffer.concat([bytes, Uint8Array.of(1, 2, 3)]));
    assert.deepEqual(read.orders, [...all.values()]);
    assert.deepEqual([...read.rest], [1, 2, 3]);
  });

  it("a virtual server's own order has no real server", () => {
    const all = merge(noOrders, [{ ...first("web", 1), realServer: null }], 9).orders;
    assert.equal(heard(encodeSection(ordersOutbox(all), null).bytes).orders[0]?.realServer, null);
  });

  it("a section that is cut, too long, or names nonsense is refused whole", () => {
    const { bytes } = encodeSection(ordersOutbox(orders(2)), null);
    assert.equal(heard(bytes).orders.length, 1);
    for (let length = 1; length < bytes.length; length++)
      assert.ok(isRefused<string>(decodeSection(bytes.subarray(0, length))), `${length} bytes`);
    const spoil = (at: number, value: number): boolean => {
      const copy = Uint8Array.from(bytes);
      copy[at] = value;
      return isRefused<string>(decodeSection(copy));
    };
    assert.ok(spoil(1, 2), "more orders than there are");
    assert.ok(spoil(12, 9), "an unknown kind");
    assert.ok(spoil(20, 0x2f), "a slash in a name");
    assert.ok(spoil(19, 255), "a name over the end");
  });
});

function first(virtualServer: string, stamp: number): Order {
  return { virtualServer, realServer: "rs1", kind: "disable", by: "bob", stamp };
}
