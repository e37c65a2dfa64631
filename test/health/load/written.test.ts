import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readLoad } from "../../../src/health/load/written.ts";

describe("a load as a program prints it", () => {
  const printed: readonly (readonly [string, number | null])[] = [
    ["0.15\n", 0.15],
    ["10.11.12.1    up  3 days,  load average: 0.25, 0.30, 0.28\n", 0.25],
    ["rs1   up  2+03:04,  2 users,  load 1.10, 1.05, 1.00", 1.1],
    [" 12:00:01 up 9 days,  1 user,  load average: 3.00, 2.00, 1.00", 3],
    ["", null],
    ["no load here", null],
    ["-1", null],
  ];
  for (const [text, load] of printed)
    it(JSON.stringify(text), () => {
      const read = readLoad(text);
      assert.equal(typeof read === "number" ? read : null, load);
    });
});
