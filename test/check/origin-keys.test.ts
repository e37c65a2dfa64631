import assert from "node:assert/strict";
import { test } from "node:test";
import { type GivenOrigin, originIn, originKeys } from "../../src/check/origin-keys.ts";
import { Complaints } from "../../src/keys/complaints.ts";
import { literal } from "../../src/keys/value.ts";

const read = (written: unknown): unknown => {
  const complaints = new Complaints();
  const value = originKeys.source.shape.read(literal(written), "source", complaints);
  return value ?? complaints.inOrder([])[0]?.message;
};

test("a source is a word, an address, or one of each router", () => {
  assert.equal(read("private"), "private");
  assert.equal(read("192.0.2.1"), "192.0.2.1");
  assert.deepEqual(read(["10.0.0.8", "10.0.0.9"]), { primary: "10.0.0.8", backup: "10.0.0.9" });
  assert.equal(read(["10.0.0.8"]), "source: 1 addresses");
  assert.match(String(read(["10.0.0.8", "fd00::1"])), /are of different families$/);
  assert.match(String(read(["10.0.0.8", "eth1"])), /^source\[1\]: "eth1" is no IP address$/);
  assert.match(String(read("eth1")), /no IP address/);
});

test("without any of the keys a check comes from wherever the kernel says", () => {
  assert.equal(originIn({ source: null, source_port: null, device: null, fwmark: null }), null);
  assert.equal(originIn({ address: null }), null);
  const nothing: GivenOrigin = { source: null, port: null, device: null, mark: null };
  assert.deepEqual(originIn({ source: null, device: "eth1" }), { ...nothing, device: "eth1" });
  assert.deepEqual(originIn({ fwmark: 21, source_port: 7 }), { ...nothing, mark: 21, port: 7 });
});
