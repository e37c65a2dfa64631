import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { macFromText } from "../../src/kernel/frames.ts";
import { answerIn, segmentFrame } from "../../src/kernel/tcp-question.ts";
import { address } from "../table/tables.ts";

const mac = (text: string) => {
  const read = macFromText(text);
  assert.ok(read !== null);
  return read;
};
const links = { source: mac("02:00:00:00:00:01"), destination: mac("02:00:00:00:00:02") };
const four = {
  from: address("192.0.2.2"),
  to: address("192.0.2.21"),
  fromPort: 40_000,
  toPort: 80,
};
const six = { ...four, from: address("2001:db8::2"), to: address("2001:db8::21") };

/** RFC 1071: the sum of all words with their checksum is all ones. */
function sums(bytes: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2)
    sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum === 0xffff;
}

/** What the checksum of TCP covers: addresses, protocol, length, segment (RFC 9293, 3.1). */
const covered = (frame: Uint8Array, addresses: number, segment: number): Uint8Array =>
  Uint8Array.from([...frame.subarray(addresses, segment), 0, 6, 0, 20, ...frame.subarray(segment)]);

describe("the frame of a question", () => {
  it("is a SYN over IPv4 with both checksums right", () => {
    const frame = segmentFrame(four, links, "syn");
    assert.equal(
      Buffer.from(frame).toString("hex", 0, 14),
      "0200000000020200000000010800",
      "destination, source, IPv4",
    );
    assert.equal(frame.length, 14 + 20 + 20);
    assert.ok(sums(frame.subarray(14, 34)));
    assert.ok(sums(covered(frame, 26, 34)));
    assert.equal(frame[34 + 13], 0x02);
    assert.equal(Buffer.from(frame).readUInt32BE(34 + 4), 0);
  });

  it("is a SYN over IPv6 with its checksum right", () => {
    const frame = segmentFrame(six, links, "syn");
    assert.equal(frame.length, 14 + 40 + 20);
    assert.equal(Buffer.from(frame).readUInt16BE(12), 0x86dd);
    assert.ok(sums(covered(frame, 22, 54)));
  });

  it("ends what it opened with the sequence number behind the SYN", () => {
    const frame = segmentFrame(four, links, "reset");
    assert.equal(frame[34 + 13], 0x04);
    assert.equal(Buffer.from(frame).readUInt32BE(34 + 4), 1);
    assert.ok(sums(covered(frame, 26, 34)));
  });
});

describe("the answer to a question", () => {
  /** As the one that was asked would send it: `flags` instead of the question's. */
  const answer = (segment: typeof four, flags: number): Uint8Array => {
    const { from, to, fromPort, toPort } = segment;
    const back = { from: to, to: from, fromPort: toPort, toPort: fromPort };
    const frame = segmentFrame(back, links, "syn");
    frame[frame.length - 20 + 13] = flags;
    return frame;
  };

  for (const [family, segment] of [
    ["IPv4", four],
    ["IPv6", six],
  ] as const)
    it(`over ${family} says who takes it or refuses it, and on which port`, () => {
      const ends = { fromPort: 80, toPort: 40_000, from: segment.to, to: segment.from };
      assert.deepEqual(answerIn(answer(segment, 0x12)), { ...ends, taken: true });
      assert.deepEqual(answerIn(answer(segment, 0x14)), { ...ends, taken: false });
    });

  it("is read behind the options of an IPv4 header", () => {
    const plain = answer(four, 0x12);
    const options = [...plain.subarray(0, 34), 1, 1, 1, 1, ...plain.subarray(34)];
    options[14] = 0x46;
    assert.deepEqual(answerIn(Uint8Array.from(options)), answerIn(plain));
  });

  it("is none in a bare SYN, an ACK, a datagram or a frame that was cut", () => {
    const taken = answer(four, 0x12);
    assert.ok(answerIn(taken) !== null);
    assert.equal(answerIn(answer(four, 0x02)), null);
    assert.equal(answerIn(answer(four, 0x10)), null);
    const udp = Uint8Array.from(taken);
    udp[23] = 17;
    assert.equal(answerIn(udp), null);
    for (let length = 0; length < taken.length; length += 1)
      assert.equal(answerIn(taken.subarray(0, length)), null, `${length} bytes`);
  });

  it("never throws, whatever the frame", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (frame) => {
        answerIn(frame);
      }),
      { numRuns: 300 },
    );
  });
});
