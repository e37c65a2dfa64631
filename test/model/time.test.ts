import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import {
  earliest,
  earliestAfter,
  instant,
  ms,
  parseDuration,
  printDuration,
} from "../../src/model/time.ts";

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

describe("the earliest of several instants", () => {
  const some = fc.array(fc.option(fc.nat(20)), { maxLength: 5 });
  const given = (values: readonly (number | null)[]) =>
    values.map((value) => (value === null ? null : instant(value)));

  it("is the least that is one", () => {
    fc.assert(
      fc.property(some, (values) => {
        const least = Math.min(...values.filter((value) => value !== null));
        assert.equal(earliest(...given(values)) ?? Number.POSITIVE_INFINITY, least);
      }),
    );
  });

  it("is, after another one, the least that is later", () => {
    fc.assert(
      fc.property(fc.nat(20), some, (since, values) => {
        const later = values.filter((value) => value !== null && value > since) as number[];
        assert.equal(
          earliestAfter(instant(since), ...given(values)) ?? Number.POSITIVE_INFINITY,
          Math.min(...later),
        );
      }),
    );
  });
});
