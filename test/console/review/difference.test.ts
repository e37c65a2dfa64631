import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unified } from "../../../src/console/review/difference.ts";

describe("the difference of a draft", () => {
  it("compares line by line, within a bound", () => {
    assert.deepEqual(unified("a\nb\n", "a\nc"), ["@@ -1 +1 @@", " a", "-b", "+c"]);
    const lines = (word: string) => Array.from({ length: 3000 }, (_, at) => `${word}${at}`);
    assert.equal(unified(lines("a").join("\n"), lines("b").join("\n")), null);
  });
});
