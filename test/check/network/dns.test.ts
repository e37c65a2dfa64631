import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, settled } from "../settled.ts";

const bare = {
  type: "dns",
  address: null,
  port: null,
  protocol: "udp",
  name: ".",
  record: "SOA",
  expect: null,
  regex: false,
};

test("dns asks for the root's SOA by the virtual server's protocol", () => {
  assert.deepEqual(settled("type: dns", "udp"), bare);
  assert.deepEqual(settled("type: dns", "tcp"), { ...bare, protocol: "tcp" });
  assert.deepEqual(settled("type: dns, protocol: udp", "tcp"), bare);
});

test("dns asks for a name and compares the record", () => {
  const given = "name: www.example.org, record: A, expect: '^192', regex: true";
  assert.deepEqual(settled(`type: dns, ${given}`, "udp"), {
    ...bare,
    name: "www.example.org",
    record: "A",
    expect: "^192",
    regex: true,
  });
});

const refusals: readonly [keys: string, why: RegExp][] = [
  ["record: DNSKEY, expect: x", /data of DNSKEY records is not compared/],
  [`name: ${"x".repeat(64)}.org`, /name/],
  ["record: AXFR", /AXFR/],
  ["record: A, expect: '(', regex: true", /expect/],
];
for (const [keys, why] of refusals)
  test(`dns with ${keys.slice(0, 40)} is refused`, () =>
    assert.match(refusal(`type: dns, ${keys}`, "udp"), why));
