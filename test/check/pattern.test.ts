import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { containing, matchingBytes } from "../../src/check/pattern.ts";

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

  it("takes time linear in the answer for a pattern that makes others explode", () => {
    const fits = containing("^(a+)+$", true);
    assert.equal(fits(Buffer.from("aaaa")), true);
    const started = performance.now();
    assert.equal(fits(Buffer.from(`${"a".repeat(100_000)}b`)), false);
    assert.ok(performance.now() - started < 5_000);
  });
});
