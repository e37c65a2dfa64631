import assert from "node:assert/strict";
import { test } from "node:test";
import { missingAddresses } from "../../../src/cli/takeover/kernel-before.ts";
import { parsePrefix } from "../../../src/model/address.ts";
import type { Interface } from "../../../src/system/ip/ip.ts";

const device = (
  name: string,
  ...held: readonly (readonly [string, string | null])[]
): Interface => ({
  name,
  index: 2,
  mac: null,
  up: true,
  carrier: true,
  operstate: "UP",
  addresses: held.map(([text, label]) => {
    const prefix = parsePrefix(text);
    assert.ok(prefix !== null);
    return { prefix, label, tentative: false, expires: false, source: true };
  }),
});

test("what has gone comes back in the form that it had, and nothing else", () => {
  const before = [
    device(
      "eth0",
      ["192.0.2.1/24", "eth0"],
      ["192.0.2.10/24", "eth0:1"],
      ["192.0.2.11/24", "eth0"],
    ),
    device("eth1", ["10.0.0.254/32", "eth1"], ["2001:db8::10/64", null]),
  ];
  const now = [device("eth0", ["192.0.2.1/24", "eth0"]), device("eth1")];
  assert.deepEqual(missingAddresses({ interfaces: before }, { interfaces: now }), [
    "addr replace 192.0.2.10/24 dev eth0 brd + label eth0:1",
    "addr replace 192.0.2.11/24 dev eth0 brd +",
    "addr replace 10.0.0.254/32 dev eth1",
    "addr add 2001:db8::10/64 dev eth1 nodad",
  ]);
  assert.deepEqual(missingAddresses({ interfaces: before }, { interfaces: before }), []);
});
