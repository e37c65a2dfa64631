import assert from "node:assert/strict";
import { test } from "node:test";
import { wordAt } from "../../src/connections/word.ts";

test("four bytes are one number of 32 bits, wherever they begin; bytes behind the end are 0", () => {
  const bytes = Uint8Array.of(0xff, 0x01, 0x02, 0x03, 0x80, 0, 0, 1);
  const read = [wordAt(bytes, 1), wordAt(bytes, 4), wordAt(bytes, 6)];
  assert.deepEqual(read, [0x01020380, 0x80000001 | 0, 0x00010000]);
});
