import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePattern, contains, matchedBytesMax, sought } from "../../src/check/pattern.ts";

/** What checks/matching/matching.ts does in its thread. */
const containing = (expect: string, regex: boolean) => (answer: Uint8Array) => {
  const wanted = sought(expect, regex);
  return wanted.kind === "text" ? contains(answer, wanted.bytes) : compilePattern(wanted)(answer);
};
const matchingBytes = (pattern: string) => compilePattern({ pattern, reads: "bytes" });

describe("an expectation", () => {
  const cases: [string, boolean, string, boolean, string][] = [
    ["finds a text anywhere", true, "ok", false, "all ok here"],
    ["takes a text literally", false, "o.", false, "all ok here"],
    ["finds a pattern anywhere", true, "o.", true, "all ok here"],
    ["anchors at the beginning of the answer", false, "^ok", true, "all\nok"],
    ["reads UTF-8", true, "^gr.n$", true, "grün"],
    ["finds every text in an answer", true, "", false, "anything"],
  ];
  for (const [name, found, expect, regex, answer] of cases)
    it(name, () => assert.equal(containing(expect, regex)(Buffer.from(answer)), found));

  it("sees only the part of a buffer that it was given", () => {
    const whole = Buffer.from("hidden shown");
    assert.equal(containing("hidden", false)(whole.subarray(7)), false);
    assert.equal(matchingBytes("hidden")(whole.subarray(7)), false);
    assert.equal(matchingBytes("shown")(whole.subarray(7)), true);
  });

  it("reads what is no UTF-8 without complaint", () => {
    assert.equal(containing("a.b", true)(Uint8Array.of(0x61, 0xff, 0x62)), true);
  });

  it("looks at the beginning of an answer only, where it is a pattern", () => {
    const answer = Buffer.from(`${"x".repeat(matchedBytesMax - 2)}okok`);
    assert.equal(containing("ok$", true)(answer), true);
    assert.equal(containing("okok", true)(answer), false);
    assert.equal(containing("okok", false)(answer), true);
  });

  it("is refused where it is a pattern that compiles to too much", () => {
    assert.equal(containing("x.{500}y", true)(Buffer.from("x")), false);
    assert.throws(() => containing("x{600}y{600}", true)(Buffer.from("x")), /too large: \d+ instr/);
  });
});
