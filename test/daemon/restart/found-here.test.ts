import assert from "node:assert/strict";
import { test } from "node:test";
import { foundHere } from "../../../src/daemon/restart/found-here.ts";
import { instant } from "../../../src/model/time.ts";
import { address } from "../../table/tables.ts";

const vip = { prefix: { address: address("192.0.2.2"), length: 24 } };
const here = (name: string, text: string) =>
  [{ name, addresses: [{ prefix: { address: address(text), length: 32 } }] }] as never;
const held = instant(5000);
const found = (vips: readonly object[], interfaces: never, heldUntil: typeof held | null) =>
  foundHere({ vips } as never, interfaces, { heldUntil });

test("an address that is here was kept for this process, or left behind", () => {
  assert.equal(found([vip], here("eth0", "192.0.2.2"), held), "kept");
  assert.equal(found([vip], here("eth0", "192.0.2.2"), null), "left-behind");
});

test("nothing is found where none is here, on loopback either", () => {
  assert.equal(found([vip], here("eth0", "192.0.2.3"), null), "nothing");
  assert.equal(found([vip], here("eth0", "192.0.2.3"), held), "nothing");
  assert.equal(found([vip], here("lo", "192.0.2.2"), null), "nothing");
});

test("a router without VIPs goes on by the hold alone", () => {
  assert.equal(found([], here("eth0", "192.0.2.2"), held), "kept");
  assert.equal(found([], here("eth0", "192.0.2.2"), null), "nothing");
});
