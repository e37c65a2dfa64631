import assert from "node:assert/strict";
import { test } from "node:test";
import { originOf, prefixLength } from "../../../../src/config/import/piranha/conversion.ts";

test("a mask has a length unless its bits have gaps or there are none", () => {
  const masks = ["255.255.255.0", "255.255.255.192", "255.255.255.255", "128.0.0.0"];
  assert.deepEqual(masks.map(prefixLength), [24, 26, 32, 1]);
  assert.deepEqual(["0.0.0.0", "255.0.255.0", "0.255.255.255"].map(prefixLength), [
    null,
    null,
    null,
  ]);
});

test("what was not written is at no place", () => {
  assert.deepEqual(originOf("lvs.cf", { line: 3 }), { file: "lvs.cf", line: 3 });
  assert.equal(originOf("lvs.cf", undefined), null);
});
