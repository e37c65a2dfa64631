import assert from "node:assert/strict";
import { test } from "node:test";
import { dotted, integerOf } from "../../../../src/config/import/piranha/values.ts";

test("integers have C's bases and 32 bits", () => {
  const read = ["010", "0x1F", "-5", "", "4294967295", "08", "1.5", "6s"].map(integerOf);
  assert.deepEqual(read, [8, 31, -5, 0, -1, null, null, null]);
});

test("addresses have the classic parser's forms", () => {
  const read = ["10.1", "0xa.0.0.1", "10", "255.255.255", "1.2.3.256", "a.b"].map(dotted);
  assert.deepEqual(read, ["10.0.0.1", "10.0.0.1", "0.0.0.10", "255.255.0.255", null, null]);
});
