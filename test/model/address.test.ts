import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressBytes,
  addressFromBytes,
  compareAddresses,
  holds,
  parseAddress,
  parsePrefix,
  printPrefix,
} from "../../src/model/address.ts";

const addresses: readonly (readonly [string, string | null])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.01", null],
  ["10.1", null],
  ["0x7f.1", null],
  ["192.0.2.256", null],
  ["2001:DB8:0:0::1", "2001:db8::1"],
  ["fe80::1%eth0", null],
  ["www.example.com", null],
  ["", null],
];

for (const [text, canonical] of addresses) {
  test(`the address ${JSON.stringify(text)} is ${canonical}`, () => {
    assert.equal(parseAddress(text), canonical);
    if (canonical !== null) {
      const address = parseAddress(text);
      assert.ok(address !== null);
      assert.equal(addressFromBytes(addressBytes(address)), canonical);
    }
  });
}

test("a prefix without a length is the host's own", () => {
  const v4 = parsePrefix("192.0.2.1");
  const v6 = parsePrefix("2001:db8::1");
  assert.ok(v4 !== null && v6 !== null);
  assert.equal(printPrefix(v4), "192.0.2.1/32");
  assert.equal(printPrefix(v6), "2001:db8::1/128");
});

test("a prefix longer than its family is none", () => {
  assert.equal(parsePrefix("192.0.2.1/33"), null);
  assert.equal(parsePrefix("192.0.2.1/2/4"), null);
  assert.equal(parsePrefix("192.0.2.1/"), null);
});

test("a prefix holds the addresses of its network and family only", () => {
  const prefix = parsePrefix("192.0.2.1/24");
  const [inside, outside, other] = ["192.0.2.200", "192.0.3.1", "2001:db8::1"].map(parseAddress);
  assert.ok(prefix !== null && inside && outside && other);
  assert.deepEqual(
    [inside, outside, other].map((address) => holds(prefix, address)),
    [true, false, false],
  );
});

test("addresses sort by family, then by number", () => {
  const sorted = ["10.0.0.10", "10.0.0.9", "::1", "9.0.0.1"].flatMap(
    (text) => parseAddress(text) ?? [],
  );
  assert.deepEqual(sorted.sort(compareAddresses), ["9.0.0.1", "10.0.0.9", "10.0.0.10", "::1"]);
});
