import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, problems } from "../config/forwarding/served.ts";

test("a range of addresses and a small network stand for each of their addresses", () => {
  const vips = (address: string) =>
    configOf(`web: { address: ${address}, port: 80 }`).vips.map(
      ({ prefix }) => `${prefix.address}/${prefix.length}`,
    );
  assert.deepEqual(vips("192.0.2.254-192.0.3.1/16"), [
    "192.0.2.254/16",
    "192.0.2.255/16",
    "192.0.3.0/16",
    "192.0.3.1/16",
  ]);
  assert.deepEqual(
    vips("192.0.2.16/30"),
    [16, 17, 18, 19].map((last) => `192.0.2.${last}/32`),
  );
  assert.deepEqual(vips("['2001:db8::a-2001:db8::b/64']"), ["2001:db8::a/64", "2001:db8::b/64"]);
  const wrong = (address: string) => problems(`web: { address: ${address}, port: 80 }`)[0] ?? "";
  assert.match(wrong("192.0.2.9-192.0.2.1/24"), /ends before it begins/);
  assert.match(wrong("192.0.2.9-fd00::1"), /is no range of addresses/);
  assert.match(wrong("10.0.0.1-10.0.9.9/16"), /at most 64/);
  assert.match(wrong("192.0.2.0/24"), /is the network itself/);
  assert.match(wrong("[192.0.2.3, 192.0.2.3]"), /192\.0\.2\.3 is given twice/);
  assert.match(wrong("[]"), /an empty list/);
});

test("ports that are none are refused with the way to write them", () => {
  const wrong = (ports: string) =>
    problems(`web: { address: 192.0.2.2, ports: ${ports} }`)[0] ?? "";
  assert.match(wrong("[80, 70000]"), /ports\[1\]: 70000 is out of range; ports are 1 to 65535/);
  assert.match(wrong("[20-10]"), /20-10 ends before it begins/);
  assert.match(wrong("[53/icmp]"), /unknown protocol "icmp"; use tcp, udp or sctp/);
  assert.match(wrong("[http]"), /"http" is no port; write 80, 10000-20000, 53\/udp/);
  assert.match(wrong("[]"), /an empty list/);
});
