import assert from "node:assert/strict";
import { test } from "node:test";
import { nested } from "../../../src/config/editing/edit.ts";

test("a value is under the keys of its path", () => {
  assert.deepEqual(nested(["a", "b"], 1), { a: { b: 1 } });
  assert.deepEqual(nested([], [2]), [2]);
});
