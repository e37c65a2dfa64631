import assert from "node:assert/strict";
import { test } from "node:test";
import { readKey } from "../../../src/keys/key.ts";
import { lvsd } from "../recorder.ts";

test("lvsd keygen prints a fresh key that the daemon accepts", async () => {
  const first = await lvsd(["keygen"]);
  const second = await lvsd(["keygen"]);
  assert.deepEqual([first.status, first.error], [0, ""]);
  assert.ok("keys" in readKey(first.out, "stdout"));
  assert.notEqual(first.out, second.out);
});
