import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, parseDuration, printDuration } from "../../src/model/time.ts";

const durations: readonly (readonly [string | number, number | null])[] = [
  ["250ms", 250],
  ["2s", 2000],
  ["1.5s", 1500],
  ["5m", 300_000],
  ["1h", 3_600_000],
  [3, 3000],
  ["3", 3000],
  ["10", 10_000],
  ["", null],
  ["-1s", null],
  ["1d", null],
  ["1 s s", null],
  [Number.NaN, null],
  [-1, null],
];

for (const [text, length] of durations) {
  test(`the duration ${JSON.stringify(text)} is ${length} ms`, () => {
    assert.equal(parseDuration(text), length);
  });
}

test("a printed duration reads back as the same length", () => {
  for (const length of [0, 1, 250, 1000, 1500, 60_000, 90_000, 3_600_000]) {
    assert.equal(parseDuration(printDuration(ms(length))), length);
  }
});
