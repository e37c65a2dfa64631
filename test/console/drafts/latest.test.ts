import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keepingLatest } from "../../../src/console/drafts/latest.ts";

describe("the latest results", () => {
  it("are those of two texts, each with what it was read among, and of no large one", () => {
    const worked: string[] = [];
    const length = keepingLatest(
      (given: string, text: string) => {
        worked.push(`${given}${text.slice(0, 3)}`);
        return text.length;
      },
      (given) => given,
    );
    for (const text of ["one", "two", "one", "two"]) assert.equal(length("x", text), 3);
    assert.deepEqual(worked, ["xone", "xtwo"]);
    length("y", "one");
    length("x", "one");
    assert.deepEqual(worked, ["xone", "xtwo", "yone", "xone"]);
    const large = "l".repeat(1024 * 1024 + 1);
    length("x", large);
    length("x", large);
    assert.equal(worked.filter((one) => one === "xlll").length, 2);
    assert.equal(length("x", "one"), 3);
    assert.equal(worked.length, 6, "what was kept before is kept");
  });
});
