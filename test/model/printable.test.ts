import assert from "node:assert/strict";
import { test } from "node:test";
import { clipped, printable, printableLines } from "../../src/model/printable.ts";

/** Every kind that an operator could not see, or that shows other text in another order. */
const hiddenCharacters: readonly (readonly [name: string, character: string])[] = [
  ["escape", "\u001b"],
  ["line feed", "\n"],
  ["delete", "\u007f"],
  ["control sequence introducer of one byte", "\u009b"],
  ["right-to-left override", "\u202e"],
  ["right-to-left isolate", "\u2067"],
  ["right-to-left mark", "\u200f"],
  ["Arabic letter mark", "\u061c"],
  ["zero-width space", "\u200b"],
  ["zero-width joiner", "\u200d"],
  ["word joiner", "\u2060"],
  ["soft hyphen", "\u00ad"],
  ["byte order mark", "\ufeff"],
  ["line separator", "\u2028"],
  ["Hangul filler", "\u3164"],
  ["tag", "\u{e0041}"],
  ["half of a pair of surrogates", "\ud800"],
];

for (const [name, character] of hiddenCharacters)
  test(`${name} is made visible, in texts, keys and JSON`, () => {
    const shown = printable({ [`a${character}b`]: [`c${character}d`] });
    assert.match(JSON.stringify(shown), /^\{"a\\\\(x..|u\{[0-9a-f]+\})b":\["c\\\\\1d"\]\}$/);
    const json = printableLines(JSON.stringify({ text: `x${character}y` }));
    assert.match(json, /^[\x20-\x7e]+$/);
    assert.deepEqual(JSON.parse(json), { text: `x${character}y` });
  });

test("letters of any language stay as they are", () => {
  const text = "Zürich, Łódź, 東京, עברית, ไทย";
  assert.equal(printable(text), text);
  assert.equal(printableLines(`${text}\n`), `${text}\n`);
});

test("a clipped text has its bound, and no half of a character at its end", () => {
  assert.equal(clipped("abc", 3), "abc");
  assert.equal(clipped("abcd", 3), "ab…");
  assert.equal(clipped("a😀bc", 4), "a😀…");
  assert.equal(clipped("a😀bc", 3), "a…");
});
