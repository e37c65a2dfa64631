import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  announcements,
  claimIn,
  destinationOf,
  macFromText,
  macToText,
  probe,
  solicitation,
} from "../../src/kernel/frames.ts";
import { addressFromBytes, type IpAddress, parseAddress } from "../../src/model/address.ts";

const mac = macFromText("02:00:00:00:00:01");
const address = (text: string): IpAddress => parseAddress(text) ?? assert.fail(text);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const joined = (...parts: string[]): string => parts.join("");

test("IPv4 is announced by a request and a reply to everybody, sender and target the VIP", () => {
  const head = joined("ffffffffffff", "020000000001", "0806", "0001", "0800", "06", "04");
  assert.deepEqual(announcements(mac, address("192.0.2.10"), false).map(hex), [
    joined(head, "0001", "020000000001", "c000020a", "000000000000", "c000020a"),
    joined(head, "0002", "020000000001", "c000020a", "020000000001", "c000020a"),
  ]);
});

test("IPv6 is announced to all nodes, overriding, with hop limit 255 and a checksum", () => {
  const [frame = new Uint8Array(), ...more] = announcements(mac, address("fd00::10"), false);
  assert.deepEqual(more, []);
  assert.equal(
    hex(frame),
    joined(
      ...["333300000001", "020000000001", "86dd"],
      ...["60000000", "0020", "3a", "ff"],
      "fd000000000000000000000000000010",
      "ff020000000000000000000000000001",
      // Right by RFC 1071, as the property below checks for every frame.
      ...["88", "00", "5a7d", "20000000"],
      "fd000000000000000000000000000010",
      ...["02", "01", "020000000001"],
    ),
  );
});

test("a router says in its advertisement that it is one", () => {
  const [host = new Uint8Array()] = announcements(mac, address("fd00::10"), false);
  const [router = new Uint8Array()] = announcements(mac, address("fd00::10"), true);
  assert.equal(host[58], 0x20);
  assert.equal(router[58], 0xa0);
});

test("a solicitation asks for an answer to its own address", () => {
  assert.equal(
    hex(solicitation(mac, address("192.0.2.9"), address("192.0.2.254"))),
    joined(
      ...["ffffffffffff", "020000000001", "0806", "0001", "0800", "06", "04", "0001"],
      ...["020000000001", "c0000209", "000000000000", "c00002fe"],
    ),
  );
  const six = solicitation(mac, address("fd00::9"), address("fd00::1:2345"));
  assert.equal(destinationOf(six), "33:33:ff:01:23:45");
  assert.equal(hex(six.subarray(22, 38)), "fd000000000000000000000000000009");
  assert.equal(hex(six.subarray(54, 56)), "8700");
  assert.equal(hex(six.subarray(62)), joined("fd000000000000000000000000012345", "0101", hex(mac)));
});

test("a probe asks without claiming", () => {
  assert.equal(
    hex(probe(mac, address("192.0.2.10"))),
    joined(
      ...["ffffffffffff", "020000000001", "0806", "0001", "0800", "06", "04", "0001"],
      ...["020000000001", "00000000", "000000000000", "c000020a"],
    ),
  );
  const solicitation = probe(mac, address("fd00::1:2345"));
  assert.equal(hex(solicitation.subarray(0, 12)), joined("3333ff012345", "020000000001"));
  assert.equal(hex(solicitation.subarray(22, 38)), "00".repeat(16), "from nobody");
  assert.equal(hex(solicitation.subarray(38, 54)), "ff0200000000000000000001ff012345");
  assert.equal(claimIn(probe(mac, address("192.0.2.10"))), null);
  assert.equal(claimIn(solicitation), null);
});

/** RFC 1071: a message whose checksum is right sums up to all ones, its checksum included. */
function sumsUp(frame: Uint8Array): boolean {
  const message = frame.subarray(54);
  const length = message.length;
  const bytes = [...frame.subarray(22, 54), 0, 0, 0, length, 0, 0, 0, 58, ...message];
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum === 0xffff;
}

const macs = fc.uint8Array({ minLength: 6, maxLength: 6 });

test("what is announced is read as a claim of that address by that MAC", () => {
  const four = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const addresses = fc.oneof(four, fc.uint8Array({ minLength: 16, maxLength: 16 }));
  fc.assert(
    fc.property(macs, addresses, fc.boolean(), (sender, bytes, router) => {
      fc.pre(bytes.some((byte) => byte !== 0));
      const claimed = addressFromBytes(bytes);
      for (const frame of announcements(sender, claimed, router)) {
        assert.deepEqual(claimIn(frame), { address: claimed, mac: macToText(sender) });
        if (bytes.length === 16) assert.ok(sumsUp(frame));
      }
    }),
  );
});

test("frames that are short, bent or about something else are no claim and no failure", () => {
  for (const text of ["192.0.2.10", "fd00::10"]) {
    const frame = announcements(mac, address(text), false)[0] ?? assert.fail();
    assert.notEqual(claimIn(frame), null);
    for (let length = 0; length < frame.length; length += 1) {
      const claim = claimIn(frame.subarray(0, length));
      // Without its option an advertisement is whole: the frame's own sender is meant.
      const whole = text === "fd00::10" && length >= 78;
      assert.equal(claim === null, !whole, `${text} cut at ${length}`);
    }
  }
  const advertisement = announcements(mac, address("fd00::10"), false)[0] ?? assert.fail();
  for (const [at, what] of [
    [12, "another EtherType"],
    [20, "another protocol"],
    [21, "a hop limit below 255: it comes from another network"],
    [54, "another message"],
    [55, "another code"],
  ] as const) {
    const bent = advertisement.slice();
    bent[at] = (bent[at] ?? 0) ^ 1;
    assert.equal(claimIn(bent), null, what);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void claimIn(bytes)));
});

test("MACs are read and printed, and other texts are none", () => {
  assert.equal(macToText(macFromText("0A:bc:00:12:34:56")), "0a:bc:00:12:34:56");
  for (const text of ["", "0a:bc:00:12:34", "0a:bc:00:12:34:5g", "0a-bc-00-12-34-56"])
    assert.throws(() => macFromText(text), RangeError);
});
