import assert from "node:assert/strict";
import { test } from "node:test";
import { length, localTime } from "../../../src/cli/report/time.ts";

process.env.TZ = "America/New_York";

for (const [milliseconds, text] of [
  [0, "0.0 ms"],
  [0.41, "0.4 ms"],
  [9.96, "10.0 ms"],
  [250.4, "250 ms"],
  [999, "999 ms"],
  [1000, "1s"],
  [61_200, "1m 1s"],
  [3_600_000, "1h"],
  [3_660_000, "1h 1m"],
  [86_400_000 * 3 + 3_600_000 * 4 + 59_000, "3d 4h"],
] as const)
  test(`${milliseconds} ms is ${text}`, () => assert.equal(length(milliseconds), text));

test("times are printed in local time, and what is no time as it stands", () => {
  assert.equal(localTime("2026-01-01T00:00:00.000Z"), "2025-12-31 19:00:00");
  assert.equal(localTime("never"), "never");
});
