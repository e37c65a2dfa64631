import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isRefused,
  MachineError,
  messageOf,
  assert as mustHold,
  refuse,
} from "../../src/model/error.ts";

test("what was refused is distinguished from every other value", () => {
  assert.deepEqual(refuse("short", "3 bytes"), { refused: "short", detail: "3 bytes" });
  assert.ok(isRefused(refuse("short", "")));
  for (const other of [null, undefined, 1, "refused", {}, []]) assert.ok(!isRefused(other));
});

test("anything that was thrown has a message", () => {
  assert.equal(messageOf(new MachineError("ip: not found")), "ip: not found");
  assert.equal(messageOf("why"), "why");
  assert.equal(messageOf(undefined), "undefined");
});

test("a bug of ours is an error that says so", () => {
  mustHold(true, "never");
  assert.throws(() => mustHold(false, "two holders"), /^Error: bug: two holders$/);
});
