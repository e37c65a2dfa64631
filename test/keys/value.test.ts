import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Complaints } from "../../src/keys/complaints.ts";
import { printProblem } from "../../src/keys/problem.ts";
import { readSource } from "../../src/keys/source.ts";
import { depthMax, literal, plain } from "../../src/keys/value.ts";
import { valueIn } from "./read.ts";

/** What is said of a text. */
function said(text: string): readonly string[] {
  const complaints = new Complaints();
  readSource("k", text, complaints);
  return complaints.inOrder(["k"]).map(printProblem);
}

describe("a value", () => {
  it("is what YAML means, and keeps how it is written", () => {
    const text = "a: 0x50\nb: [1, 'x']\nc:\nd: { e: true }\n";
    assert.deepEqual(plain(valueIn(text)), { a: 80, b: [1, "x"], c: null, d: { e: true } });
    const value = valueIn("0x50");
    assert.deepEqual(value.kind === "scalar" && value.text, "0x50");
  });

  it("knows its place; what an alias stands for is where it is written", () => {
    const value = valueIn("a: &one { b: 1 }\nc: *one\n");
    assert.ok(value.kind === "map");
    const places = value.entries.map((entry) => entry.value.source.placeOf(entry.value.offset));
    assert.deepEqual(places, [
      { line: 1, column: 9 },
      { line: 1, column: 9 },
    ]);
  });

  it("is the same from JavaScript, in no file", () => {
    const given = { a: [1, "x", null, true], b: { c: "d" } };
    assert.deepEqual(plain(literal(given)), given);
    assert.equal(literal(given).source.file, "");
  });
});

describe("refused is", () => {
  const cases: readonly [name: string, text: string, message: RegExp][] = [
    ["a key that stands there twice", "a: 1\na: 2\n", /^k:2:1: the key "a" stands here a second/],
    ["a merge key", "a: &x { b: 1 }\nc: { <<: *x }\n", /merge keys \(<<\) are not read/],
    ["a key that is no text", "[1]: 2\n", /a key that is no plain text/],
    ["an alias of nothing", "a: *x\n", /no anchor &x stands above this alias|alias/],
    ["an alias within its anchor", "a: &x { b: *x }\n", /\*x stands inside of &x/],
    ["a text of no end", `a: "${"x".repeat(64 * 1024 + 1)}"\n`, /a text of 65537 characters/],
    ["a key of no end", `? "${"x".repeat(1025)}"\n: 1\n`, /a key of more than 1024 characters/],
  ];
  for (const [name, text, message] of cases)
    it(name, () => {
      const lines = said(text);
      assert.ok(
        lines.some((line) => message.test(line)),
        lines.join("\n"),
      );
    });

  it("what is nested too deeply, aliases counted in", () => {
    const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    assert.deepEqual(said(`a: ${nested(depthMax - 1)}\n`), []);
    assert.match(said(`a: ${nested(depthMax)}\n`).join(), /nested too deeply/);
    const half = nested(depthMax / 2);
    assert.match(
      said(`a: &x ${half}\nb: ${"[".repeat(depthMax / 2)}*x${"]".repeat(depthMax / 2)}\n`).join(),
      /nested too deeply/,
    );
  });
});
