import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { excerpt, excerptCharactersMax, printableLine } from "../../src/check/excerpt.ts";

describe("an excerpt of a stranger's bytes", () => {
  const cases: [string, string, string][] = [
    ["leaves printable ASCII as it is", "220 ready", '"220 ready"'],
    ["escapes line ends and tabs", "a\r\n\tb", '"a\\r\\n\\tb"'],
    ["escapes what terminals obey", "\x1b[2J\x07", '"\\x1b[2J\\x07"'],
    ["escapes every other byte", "\x00\x80\xff", '"\\x00\\x80\\xff"'],
    ["makes backslashes unambiguous", "\\x00", '"\\\\x00"'],
  ];
  for (const [name, text, printed] of cases)
    it(name, () => assert.equal(excerpt(Buffer.from(text, "latin1")), printed));

  it("is cut at its bound, and says so", () => {
    assert.equal(excerpt(Buffer.alloc(48, "x")), `"${"x".repeat(48)}"`);
    assert.equal(excerpt(Buffer.alloc(49, "x")), `"${"x".repeat(excerptCharactersMax)}"...`);
    assert.ok(excerpt(Buffer.alloc(1_000_000)).length <= excerptCharactersMax + 5);
  });
});

describe("a printable line", () => {
  it("puts a message on one bounded line of ASCII", () => {
    assert.equal(printableLine("a\nb\u202ec", 80), "a b\\u202ec");
    assert.equal(printableLine("x".repeat(500), 80).length, 80);
    assert.ok(printableLine("ü".repeat(500), 80).length <= 80);
  });
});
