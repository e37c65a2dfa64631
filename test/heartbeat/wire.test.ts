import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  datagramBytesMax,
  hmacBytes,
  pathSaid,
  type Seal,
  sealOf,
} from "../../src/heartbeat/header.ts";
import {
  type BootId,
  type ClusterId,
  handOverCauses,
  handOverKinds,
  type Message,
  pathsMax,
  strangersMax,
} from "../../src/heartbeat/message.ts";
import { decode, digestBytesMax, encode, forPath } from "../../src/heartbeat/wire.ts";
import { isRefused, refuse } from "../../src/model/error.ts";
import { faultKinds, partialKinds, reaches, roles, routerStates } from "../../src/model/router.ts";
import { instant, ms } from "../../src/model/time.ts";
import { cluster, key, sample, signed, unsigned } from "./sample.ts";

const hexOf = (text: string): string => text.replaceAll(" ", "");

/** The sample on path 1, as docs/heartbeat.md prints it; the signature follows. */
const body = Buffer.from(
  hexOf(
    "4c56534401070100 c1c2c3c4c5c6c7c8 b1b2b3b4b5b6b7b8 0000000100000002 00000000000f4434" +
      "a1a2a3a4a5a6a7a8 000000000000004d 00000000001e857a 000030d4 00df 0000" +
      "01 16 02 01 00000009 0000000000000003 0003d090 000f4240 00000000 00000005" +
      "000102030405060708090a0b0c0d0e0f 0000000000000004 02 02 01 02 03 05" +
      "00000000001e857a 000030d4 0000000000000000 ffffffff" +
      "d1d2d3d4d5d6d7d8 0000000000000001 0000000000000bb8 00000fa0 01 0002 dead",
  ),
  "hex",
);

const datagram = Buffer.concat([body, createHmac("sha256", key).update(body).digest()]);

/** The unsigned form of the same message. */
const plain = Buffer.from(body);

plain[5] = 0x06;

plain.writeUInt16BE(plain.length, 68);

const messageOf = (bytes: Uint8Array, seal: Seal): Message => {
  const decoded = decode(bytes, seal);
  assert.ok(!isRefused(decoded) && decoded.kind === "message", JSON.stringify(decoded));
  return decoded.message;
};

const reasonOf = (bytes: Uint8Array, seal: Seal): string => {
  const decoded = decode(bytes, seal);
  return isRefused<string>(decoded) ? decoded.refused : `accepted as ${decoded.kind}`;
};

const changed = (bytes: Uint8Array, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};

describe("a heartbeat's bytes", () => {
  it("are these for the sample", () => {
    assert.equal(Buffer.from(encode(sample, 1, signed)).toString("hex"), datagram.toString("hex"));
    assert.equal(Buffer.from(encode(sample, 1, unsigned)).toString("hex"), plain.toString("hex"));
  });

  it("read back as the sample", () => {
    assert.deepEqual(messageOf(datagram, signed), sample);
    assert.deepEqual(messageOf(plain, unsigned), sample);
  });

  it("never exceed what no path fragments, whatever is in them", () => {
    const stranger = sample.strangers[0];
    assert.ok(stranger);
    const largest = {
      ...sample,
      faults: faultKinds.map((kind) => ({ kind, count: 65535 })),
      paths: Array.from({ length: pathsMax }, () => null),
      strangers: Array.from({ length: strangersMax }, () => stranger),
      digest: new Uint8Array(digestBytesMax),
    };
    assert.ok(encode(largest, 0, signed).length <= datagramBytesMax);
    const over = { ...largest, digest: new Uint8Array(digestBytesMax + 1) };
    assert.throws(() => encode(over, 0, signed), RangeError);
  });

  it("cut off at any length are refused", () => {
    assert.equal(reasonOf(datagram, signed), "accepted as message");
    assert.equal(reasonOf(plain, unsigned), "accepted as message");
    for (let length = 0; length < datagram.length; length++)
      assert.equal(reasonOf(datagram.subarray(0, length), signed), "short", `${length} bytes`);
    for (let length = 0; length < plain.length; length++)
      assert.equal(reasonOf(plain.subarray(0, length), unsigned), "short", `${length} bytes`);
  });

  it("with any single bit flipped are refused where a signature is required", () => {
    assert.equal(reasonOf(datagram, signed), "accepted as message");
    for (let bit = 0; bit < datagram.length * 8; bit++) {
      const flipped = changed(datagram, (copy) => {
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      });
      assert.doesNotMatch(reasonOf(flipped, signed), /accepted/, `bit ${bit}`);
    }
  });

  it("with any single bit flipped never throw without a signature", () => {
    for (let bit = 0; bit < plain.length * 8; bit++) {
      const flipped = changed(plain, (copy) => {
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      });
      assert.ok(reasonOf(flipped, unsigned).length > 0);
    }
  });
});

const refusals: readonly {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly seal: Seal;
  readonly reason: string;
}[] = [
  {
    name: "a datagram of another protocol",
    bytes: Buffer.from("GET / HTTP/1.1\r\n"),
    seal: signed,
    reason: "not-ours",
  },
  {
    name: "a datagram larger than any of ours",
    bytes: Buffer.concat([datagram, Buffer.alloc(datagramBytesMax)]),
    seal: signed,
    reason: "oversized",
  },
  {
    name: "a datagram with something behind its end",
    bytes: Buffer.concat([datagram, Buffer.alloc(1)]),
    seal: signed,
    reason: "oversized",
  },
  { name: "no signature where one is required", bytes: plain, seal: signed, reason: "unsigned" },
  {
    name: "a signature with another key",
    bytes: datagram,
    seal: sealOf([new Uint8Array(32)]),
    reason: "bad-hmac",
  },
  {
    name: "an unknown state",
    bytes: changed(plain, (copy) => copy.writeUInt8(9, 72)),
    seal: unsigned,
    reason: "malformed",
  },
  {
    name: "a sequence of zero",
    bytes: changed(plain, (copy) => copy.fill(0, 24, 32)),
    seal: unsigned,
    reason: "malformed",
  },
  {
    name: "a term beyond what can be counted",
    bytes: changed(plain, (copy) => copy.fill(0xff, 80, 88)),
    seal: unsigned,
    reason: "malformed",
  },
  {
    name: "an interval of zero",
    bytes: changed(plain, (copy) => copy.fill(0, 88, 92)),
    seal: unsigned,
    reason: "malformed",
  },
  {
    name: "more strangers than there may be",
    bytes: changed(plain, (copy) => copy.writeUInt8(strangersMax + 1, 130)),
    seal: unsigned,
    reason: "malformed",
  },
  {
    name: "an optional field that overruns the end",
    bytes: changed(plain, (copy) => copy.writeUInt16BE(3, plain.length - 4)),
    seal: unsigned,
    reason: "malformed",
  },
];

describe("refused is", () => {
  for (const { name, bytes, seal, reason } of refusals)
    it(`${name}, as ${reason}`, () => {
      assert.equal(reasonOf(datagram, signed), "accepted as message");
      assert.equal(reasonOf(bytes, seal), reason);
    });
});

describe("accepted is", () => {
  it("what our key signs, whatever addresses the sender's file names", () => {
    const elsewhere = { ...sample, cluster: "0000000000000000" as ClusterId };
    assert.deepEqual(messageOf(encode(elsewhere, 1, signed), signed), elsewhere);
  });

  it("what is signed where nothing is agreed: its sender is no less the peer", () => {
    assert.deepEqual(messageOf(datagram, unsigned), sample);
  });

  it("what was sent on another path, whose number it says", () => {
    assert.equal(pathSaid(datagram), 1);
    assert.equal(pathSaid(forPath(datagram, 0, signed)), 0);
    assert.deepEqual(messageOf(forPath(datagram, 0, signed), signed), sample);
  });
});

describe("what a later version may bring", () => {
  it("a signature of any of the keys is good: the first signs, all verify", () => {
    const rotated = sealOf([new Uint8Array(32), key]);
    assert.deepEqual(messageOf(datagram, rotated), sample);
    assert.equal(reasonOf(encode(sample, 1, rotated), signed), "bad-hmac");
  });

  it("an authentic message of another major version shows its header, and no more", () => {
    const other = changed(body, (copy) => copy.writeUInt8(2, 4));
    const bytes = Buffer.concat([other, createHmac("sha256", key).update(other).digest()]);
    const decoded = decode(bytes, signed);
    assert.ok(!isRefused(decoded) && decoded.kind === "version");
    assert.equal(decoded.header.boot, sample.boot);
    assert.deepEqual(decoded.header.echo, sample.echo);
    bytes.writeUInt8(0, bytes.length - hmacBytes);
    assert.equal(reasonOf(bytes, signed), "bad-hmac");
  });

  it("an unknown optional field is skipped", () => {
    const longer = Buffer.concat([plain, Buffer.from("7f0003616263", "hex")]);
    longer.writeUInt16BE(longer.length, 68);
    assert.deepEqual(messageOf(longer, unsigned), sample);
  });

  it("a kind that costs a part counts as one where its sender does not say how many", () => {
    const faults = [{ kind: "vip", count: 7 } as const];
    const bytes = encode({ ...sample, faults, digest: new Uint8Array(0) }, 1, unsigned);
    assert.deepEqual(messageOf(Buffer.from(bytes), unsigned).faults, faults);
    const short = bytes.subarray(0, bytes.length - 5);
    const cut = changed(Buffer.from(short), (copy) => copy.writeUInt16BE(copy.length, 68));
    assert.deepEqual(messageOf(cut, unsigned).faults, [{ kind: "vip", count: 1 }]);
  });

  it("an unknown kind of fault makes its sender unfit all the same", () => {
    const unknown = changed(plain, (copy) => copy.writeUInt8(99, 132));
    assert.deepEqual(messageOf(unknown, unsigned).faults, [
      { kind: "late", count: 1 },
      { kind: "late", count: 1 },
    ]);
  });
});

describe("a flood", () => {
  it("is refused by the header before a signature is computed", () => {
    const forged = changed(datagram, (copy) => copy.fill(0, copy.length - hmacBytes));
    assert.equal(reasonOf(forged, signed), "bad-hmac");
    const decoded = decode(forged, signed, ({ boot }) => refuse("replayed", boot));
    assert.deepEqual(decoded, { refused: "replayed", detail: sample.boot });
  });
});

const record = <Fields>(fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> }) =>
  fc.record<Fields>(fields, { noNullPrototype: true });

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((raw) => Buffer.from(raw).toString("hex"));

const micros = (max: number) => fc.nat({ max }).map((count) => count / 1000);

const stamp = micros(2 ** 31 - 1).map(instant);

const length = micros(2 ** 31 - 1).map(ms);

const count = fc.nat({ max: 2 ** 31 - 1 });

const echo = record({
  boot: hex(8).map((text) => text as BootId),
  sequence: count,
  sentAt: stamp,
  age: length,
});

const interval = fc.integer({ min: 1, max: 1e6 }).map((raw) => ms(raw / 1000));

const anyMessage: fc.Arbitrary<Message> = record({
  major: fc.constant(1),
  cluster: fc.constant(cluster),
  role: fc.constantFrom(...roles),
  boot: hex(8).map((text) => text as BootId),
  sequence: count.map((raw) => raw + 1),
  sentAt: stamp,
  echo: fc.option(echo),
  state: fc.constantFrom(...routerStates),
  holds: fc.boolean(),
  ready: fc.boolean(),
  hears: fc.boolean(),
  asks: fc.boolean(),
  leaving: fc.boolean(),
  term: count,
  termSeen: count,
  faults: fc.uniqueArray(
    fc.oneof(
      record({ kind: fc.constantFrom(...partialKinds), count: fc.integer({ min: 1, max: 65535 }) }),
      record({ kind: fc.constantFrom(...faultKinds), count: fc.constant(1) }),
    ),
    { selector: ({ kind }) => kind },
  ),
  unserved: fc.nat({ max: 65535 }),
  reach: fc.constantFrom(...reaches),
  interval,
  deadAfter: fc.integer({ min: 1_000_000, max: 2 ** 31 }).map((raw) => ms(raw / 1000)),
  failback: fc.constantFrom("auto", "manual"),
  suspended: fc.boolean(),
  handOver: record({
    kind: fc.constantFrom(...handOverKinds),
    id: count,
    cause: fc.constantFrom(...handOverCauses),
  }),
  holdFor: length,
  config: record({ serial: count, hash: hex(16) }),
  paths: fc.array(fc.option(record({ sentAt: stamp, age: length })), { maxLength: pathsMax }),
  strangers: fc.array(echo, { maxLength: strangersMax }),
  digest: fc.uint8Array({ maxLength: digestBytesMax }),
});

describe("for every message", () => {
  it("what was encoded is what is decoded", () => {
    fc.assert(
      fc.property(
        anyMessage,
        fc.nat({ max: pathsMax - 1 }),
        fc.boolean(),
        (message, path, sign) => {
          const seal = sign ? signed : unsigned;
          assert.deepEqual(messageOf(encode(message, path, seal), seal), message);
          for (const other of [0, 1])
            assert.deepEqual(
              forPath(encode(message, path, seal), other, seal),
              encode(message, other, seal),
            );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("any bytes at all are refused or read, and nothing is thrown", () => {
    const tail = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(tail, fc.nat({ max: plain.length }), (bytes, keep) => {
        const mixed = Buffer.concat([plain.subarray(0, keep), bytes]);
        if (mixed.length >= 72) mixed.writeUInt16BE(mixed.length, 68);
        reasonOf(mixed, unsigned);
        reasonOf(mixed, signed);
      }),
      { numRuns: 500 },
    );
  });
});
