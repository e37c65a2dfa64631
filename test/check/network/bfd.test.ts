import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, settled } from "../settled.ts";

test("a session goes to an address, and has keepalived's settings", () => {
  const usual = {
    type: "bfd",
    address: null,
    minTx: 100,
    minRx: 100,
    multiplier: 3,
    passive: false,
    maxHops: 0,
    adminDown: "down",
  };
  assert.deepEqual(settled("type: bfd"), usual);
  assert.deepEqual(
    settled("type: bfd, address: 10.9.9.9, min_tx: 50ms, passive: true, max_hops: 254"),
    { ...usual, address: "10.9.9.9", minTx: 50, passive: true, maxHops: 254 },
  );
  assert.equal(Reflect.get(settled("type: bfd, admin_down: ignore"), "adminDown"), "ignore");
  for (const [wrong, why] of [
    ["port: 3784", /type bfd has no/],
    ["via: service", /BFD is not balanced/],
    ["min_rx: 9ms", /9ms is too short/],
    ["multiplier: 0", /multiplier/],
    ["max_hops: 255", /max_hops/],
    ["admin_down: up", /"up"/],
  ] as const)
    assert.match(refusal(`type: bfd, ${wrong}`), why);
});
