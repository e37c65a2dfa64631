import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { hmacSha256 } from "../../src/heartbeat/hmac.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("signatures are those of RFC 4231", () => {
  // Test cases 1, 2, 3 and 6: a short key, one of text, one of 20 bytes, one longer than a block.
  const cases = [
    {
      key: Buffer.alloc(20, 0x0b),
      data: Buffer.from("Hi There"),
      digest: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    },
    {
      key: Buffer.from("Jefe"),
      data: Buffer.from("what do ya want for nothing?"),
      digest: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    },
    {
      key: Buffer.alloc(20, 0xaa),
      data: Buffer.alloc(50, 0xdd),
      digest: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    },
    {
      key: Buffer.alloc(131, 0xaa),
      data: Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First"),
      digest: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    },
  ];
  for (const { key, data, digest } of cases) assert.equal(hex(hmacSha256(key, 64)(data)), digest);
});

test("they are those of node:crypto, one after the other with the same key", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.array(bytes), (key, messages) => {
      const sign = hmacSha256(key, 200);
      for (const message of messages)
        assert.equal(hex(sign(message)), createHmac("sha256", key).update(message).digest("hex"));
    }),
  );
});

test("a message that is longer than was said is refused, not cut", () => {
  assert.throws(() => hmacSha256(Buffer.alloc(32), 10)(Buffer.alloc(11)), RangeError);
});
