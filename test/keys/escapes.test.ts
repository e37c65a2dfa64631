import assert from "node:assert/strict";
import { test } from "node:test";
import { readEscapes } from "../../src/keys/escapes.ts";

const cases: readonly (readonly [text: string, bytes: string | RegExp])[] = [
  ["", ""],
  ["PING", "50494e47"],
  ["QUIT\\r\\n", "515549540d0a"],
  ["\\t\\0\\\\\\\"\\'", "09005c2227"],
  ["\\x00\\xfF\\x41b", "00ff4162"],
  ["ä", "c3a4"],
  ["a\\", /a lone \\ ends the text/],
  ["a\\q", /unknown escape "\\q" at character 2/],
  ["\\x4", /unknown escape "\\x4" at character 1/],
  ["\\xzz1", /unknown escape "\\xzz" at character 1/],
  ["\\R", /unknown escape/],
];

for (const [text, expected] of cases) {
  test(`the text ${JSON.stringify(text)} stands for ${expected}`, () => {
    const read = readEscapes(text);
    if (typeof expected === "string")
      assert.equal(typeof read === "string" ? read : Buffer.from(read).toString("hex"), expected);
    else assert.match(String(read), expected);
  });
}
