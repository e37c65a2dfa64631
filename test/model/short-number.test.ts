import assert from "node:assert/strict";
import { it } from "node:test";
import { short } from "../../src/model/short-number.ts";

it("a number in a narrow column has its unit, and three digits from 10,000 on", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [9999, "9999"],
    [10_000, "10.0k"],
    [12_345, "12.3k"],
    [123_456, "123k"],
    [4_560_000, "4.56M"],
    [45_600_000, "45.6M"],
    [7_000_000_000, "7.00G"],
    [12_000_000_000_000, "12.0T"],
  ];
  for (const [value, text] of cases) assert.equal(short(value), text);
});
