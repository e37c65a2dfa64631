import assert from "node:assert/strict";
import { test } from "node:test";
import { preset } from "../../src/keys/section.ts";
import { settledMap, wordOr } from "../../src/keys/settled-map.ts";
import { whole } from "../../src/keys/shape.ts";
import { read } from "./read.ts";

const keys = {
  at_least: preset(whole(0, 9), 1, "The lower end."),
  at_most: preset(whole(0, 9), 5, "The upper end."),
};
const shape = settledMap(keys, ({ atLeast, atMost }, at, path, complaints) => {
  if (atLeast <= atMost) return true;
  complaints.at(at, `${path}: ${atLeast} is more than ${atMost}`, "exchange them");
  return false;
});

test("a map is read into its values at once, with defaults, under the names of the code", () => {
  assert.deepEqual(read(shape, "at_most: 7\n"), { value: { atLeast: 1, atMost: 7 }, said: [] });
  assert.deepEqual(read(shape, "{}").value, { atLeast: 1, atMost: 5 });
});

test("what does not fit together is no value", () => {
  assert.deepEqual(read(shape, "at_least: 6\n"), {
    value: undefined,
    said: ["1:1: key: 6 is more than 5 (exchange them)"],
  });
  assert.equal(read(shape, "at_least: 60\n").value, undefined);
  assert.equal(read(shape, "[1]").value, undefined);
});

test("a word may stand for it", () => {
  const either = wordOr("off", shape);
  assert.equal(read(either, "off").value, "off");
  assert.deepEqual(read(either, "at_most: 7\n").value, { atLeast: 1, atMost: 7 });
  assert.equal(read(either, "on").value, undefined);
  assert.equal(either.print?.("off"), "off");
});
