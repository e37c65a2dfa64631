import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, settled } from "../settled.ts";

test("no check has no keys, and no rhythm either", () => {
  assert.deepEqual(settled("type: none"), { type: "none" });
  assert.match(refusal("type: none, port: 80"), /type none has no/);
});
