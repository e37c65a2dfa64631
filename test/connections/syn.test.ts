/** SYNs in packets as the lab's kernel hands them to a packet socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSyn } from "../../src/connections/syn.ts";

const flagsAt = { v4: 33, v6: 53 } as const;
/** 192.168.26.50:56400 -> 192.168.26.10:80, without options. */
const v4 = (): Uint8Array =>
  Buffer.from(
    ["4500002800004000400600", "00", "c0a81a32", "c0a81a0a"].join("") +
      ["dc50", "0050", "fffffffe", "00000000", "5002", "0000", "0000", "0000"].join(""),
    "hex",
  );
/** fd26::50 port 39246 -> fd26::10 port 80. */
const v6 = (): Uint8Array =>
  Buffer.from(
    "6000000000140640" +
      `fd26${"0".repeat(24)}0050` +
      `fd26${"0".repeat(24)}0010` +
      ["994e", "0050", "00000007", "00000000", "5002", "0000", "0000", "0000"].join(""),
    "hex",
  );

test("a SYN has its two ends and its number, in both families", () => {
  const four = readSyn(v4(), false);
  assert.ok(four !== null);
  assert.deepEqual([...four.source, four.sourcePort], [192, 168, 26, 50, 56400]);
  assert.deepEqual([...four.destination, four.destinationPort], [192, 168, 26, 10, 80]);
  assert.deepEqual([four.sequence, four.outgoing], [0xfffffffe, false]);
  const six = readSyn(v6(), true);
  assert.ok(six !== null);
  assert.equal(Buffer.from(six.source).toString("hex"), `fd26${"0".repeat(24)}0050`);
  assert.equal(Buffer.from(six.destination).toString("hex"), `fd26${"0".repeat(24)}0010`);
  assert.deepEqual([six.sourcePort, six.destinationPort], [0x994e, 80]);
  assert.deepEqual([six.sequence, six.outgoing], [7, true]);
});

test("options of IPv4 stand before TCP", () => {
  const bytes = v4();
  const longer = Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(8, 1), bytes.subarray(20)]);
  longer[0] = 0x47;
  assert.equal(readSyn(longer, false)?.sourcePort, 56400);
});

test("only the first packet of a connection is one", () => {
  for (const [bytes, at] of [
    [v4(), flagsAt.v4],
    [v6(), flagsAt.v6],
  ] as const) {
    const withFlags = (flags: number): Uint8Array => {
      const copy = Uint8Array.from(bytes);
      copy[at] = flags;
      return copy;
    };
    for (const other of [0x12, 0x10, 0x11, 0x04, 0x06, 0x18]) {
      assert.equal(readSyn(withFlags(other), false), null);
    }
    // ECN's two bits and FIN make no difference to IPVS.
    for (const also of [0x02, 0xc2, 0x03]) assert.notEqual(readSyn(withFlags(also), false), null);
  }
});

test("what is cut off, of another protocol or no IP at all is none", () => {
  for (const bytes of [v4(), v6()]) {
    for (let length = 0; length < bytes.length; length += 1)
      assert.equal(readSyn(bytes.subarray(0, length), false), null);
  }
  const udp4 = v4();
  const udp6 = v6();
  const none = v4();
  udp4[9] = 17;
  udp6[6] = 17;
  none[0] = 0x55;
  for (const bytes of [udp4, udp6, none]) assert.equal(readSyn(bytes, false), null);
});
