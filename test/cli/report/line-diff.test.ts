import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { lineDiff } from "../../../src/cli/report/line-diff.ts";

describe("the difference of two texts", () => {
  it("is empty for equal ones", () => assert.deepEqual(lineDiff("a\nb\n", "a\nb\n"), []));

  it("shows what went and what came, with three lines around", () => {
    const text = (middle: string) => `1\n2\n3\n4\n${middle}\n6\n7\n8\n9\n`;
    assert.deepEqual(lineDiff(text("old"), text("new")), [
      "@@ -2 +2 @@",
      " 2",
      " 3",
      " 4",
      "-old",
      "+new",
      " 6",
      " 7",
      " 8",
    ]);
  });

  it("leads from the one to the other, whatever they are", () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 30 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const signs = lineDiff(`${before.join("\n")}\n`, `${after.join("\n")}\n`);
        const count = (sign: string) => signs.filter((each) => each.startsWith(sign)).length;
        const real = (list: readonly string[]) => (list.length === 0 ? 1 : list.length);
        assert.equal(count("+") - count("-"), real(after) - real(before));
        assert.equal(signs.length === 0, before.join() === after.join());
      }),
    );
  });

  it("gives up on texts that have nothing in common, and says so as a replacement", () => {
    const many = (letter: string) =>
      Array.from({ length: 2000 }, (_, at) => letter + at).join("\n");
    const signs = lineDiff(many("a"), many("b"));
    assert.equal(signs.filter((each) => each.startsWith("-a")).length, 2000);
    assert.equal(signs.filter((each) => each.startsWith("+b")).length, 2000);
  });
});
