import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addRequest,
  deleteRequest,
  forgetRequest,
  listRequest,
  passRequest,
  type Request,
  readAnswers,
  routeRequest,
  takeRequest,
} from "../../src/kernel/rtnetlink.ts";
import { parsePrefix } from "../../src/model/address.ts";
import { MachineError } from "../../src/model/error.ts";

const vip = (text: string, label: string | null = null) => ({
  prefix: parsePrefix(text) ?? assert.fail(text),
  device: "eth0",
  label,
});

const hex = (request: Request): string => Buffer.from(request.bytes).toString("hex");
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

test("an address is added as ip(8) adds it: a host, its label, no detection, never a source", () => {
  const cases: [Request, string][] = [
    [
      addRequest(vip("192.0.2.10/24", "eth0:1"), 7, 3),
      // nlmsghdr, ifaddrmsg; local, address; label with its zero, padded.
      `34000000 1400 0506 03000000 00000000 02 20 00 fe 07000000
       0800 0200 c000020a 0800 0100 c000020a 0b00 0300 657468303a3100 00`,
    ],
    [
      addRequest(vip("192.0.2.10/32"), 7, 3),
      `28000000 1400 0506 03000000 00000000 02 20 00 fe 07000000
       0800 0200 c000020a 0800 0100 c000020a`,
    ],
    [
      addRequest(vip("fd00::10/64"), 7, 4),
      `54000000 1400 0506 04000000 00000000 0a 80 02 00 07000000
       1400 0200 fd000000000000000000000000000010 1400 0100 fd000000000000000000000000000010
       1400 0600 00000000 ffffffff 00000000 00000000`,
    ],
  ];
  for (const [request, text] of cases) assert.equal(hex(request), text.replaceAll(/\s/g, ""));
});

test("an address is deleted whatever its label, and the IPv4 addresses are asked for", () => {
  assert.equal(
    hex(deleteRequest(vip("192.0.2.10/24", "eth0:1"), 7, 9)),
    "20000000150005000900000000000000022000000700000008000200c000020a",
  );
  assert.equal(hex(listRequest(5)), "180000001600010305000000000000000200000000000000");
});

test("whose card has an address is forgotten by a request of its own, in both families", () => {
  assert.equal(
    hex(forgetRequest(vip("192.0.2.10/24"), 7, 9)),
    // nlmsghdr, ndmsg; destination
    "240000001d0005000900000000000000" + "020000000700000000000000" + "08000100c000020a",
  );
  assert.equal(
    hex(forgetRequest(vip("fd00::10/64"), 7, 9)).slice(32),
    `0a0000000700000000000000${"14000100"}fd${"0".repeat(28)}10`,
  );
});

test("packets to an address of IPv6 are taken for 2 s, and passed on again", () => {
  const six = vip("fd00::10/64");
  // nlmsghdr, rtmsg: local, for all; destination, device, expiry.
  const destination = `14000100fd${"0".repeat(28)}10`;
  const route = "0a800000ff6c000200000000";
  assert.equal(
    hex(takeRequest(six, 7, 9)),
    `40000000180005040900000000000000${route}${destination}08000400070000000800170002000000`,
  );
  assert.equal(
    hex(passRequest(six, 7, 9)),
    `38000000190005000900000000000000${route}${destination}0800040007000000`,
  );
});

test("the kernel answers where packets to an address go, in both families", () => {
  assert.equal(
    hex(routeRequest(vip("192.0.2.10/24"), 9)),
    // nlmsghdr, rtmsg; destination
    "240000001a0005000900000000000000" + "022000000000000000000000" + "08000100c000020a",
  );
  assert.equal(
    hex(routeRequest(vip("fd00::10/64"), 9)).slice(32),
    `0a8000000000000000000000${"14000100"}fd${"0".repeat(28)}10`,
  );
  const route = (type: string) =>
    bytes(
      `24000000 1800 0000 09000000 00000000 02 20 00 00 ff 00 00 ${type} 00000000
      0800 0100 c000020a`.replaceAll("\n", ""),
    );
  assert.deepEqual(readAnswers(route("02")), [{ kind: "route", sequence: 9, isLocal: true }]);
  assert.deepEqual(readAnswers(route("01")), [{ kind: "route", sequence: 9, isLocal: false }]);
});

/** RTM_NEWADDR of 192.0.2.10/24 on device 7 with a label, as the kernel lists it. */
const found = (addressFlags: string): string =>
  `34000000 1400 0200 05000000 00000000 02 18 ${addressFlags} 00 07000000
   0800 0100 c000020a 0800 0200 c000020a 0b00 0300 657468303a3100 00`.replaceAll("\n", "");

test("acknowledgements, refusals and listed addresses are distinguished", () => {
  const done = "24000000 0200 0000 03000000 00000000 00000000 44000000 1400 0506 03000000 00000000";
  const refused =
    "24000000 0200 0000 04000000 00000000 efffffff 44000000 1400 0506 04000000 00000000";
  assert.deepEqual(readAnswers(bytes(done + refused)), [
    { kind: "done", sequence: 3, errno: 0 },
    { kind: "done", sequence: 4, errno: 17 },
  ]);
  const end = "14000000 0300 0200 05000000 00000000 00000000";
  const kept = { index: 7, prefix: parsePrefix("192.0.2.10/24"), label: "eth0:1" };
  assert.deepEqual(readAnswers(bytes(found("80") + found("00") + end)), [
    { kind: "address", sequence: 5, found: { ...kept, expires: false } },
    { kind: "address", sequence: 5, found: { ...kept, expires: true } },
    { kind: "done", sequence: 5, errno: 0 },
  ]);
});

test("what is cut off is refused, at every length, and never read beyond its end", () => {
  const whole = bytes(found("80"));
  assert.equal(readAnswers(whole).length, 1);
  assert.deepEqual(readAnswers(whole.subarray(0, 15)), []);
  for (let length = 16; length < whole.length; length += 1)
    assert.throws(() => readAnswers(whole.subarray(0, length)), MachineError, `${length} bytes`);
  const lying = Uint8Array.from(whole);
  lying[24] = 0xff;
  assert.deepEqual(readAnswers(lying), [], "an attribute longer than its message");
});
