import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Findings } from "../../../../src/config/import/imported.ts";
import {
  duration,
  inherited,
  isOn,
  numberOf,
  secondsOf,
} from "../../../../src/config/import/keepalived/conversion.ts";
import type { Statement } from "../../../../src/config/import/keepalived/statements.ts";

const statement = (keyword: string, ...words: readonly string[]): Statement =>
  ({ keyword, words, origin: { file: "k.conf", line: 1 }, block: null }) as unknown as Statement;

/** What comes of it, and what is said of it. */
const heard = <T>(read: (findings: Findings) => T): readonly [T, readonly string[]] => {
  const findings = new Findings();
  const value = read(findings);
  return [value, findings.all().map(({ kind, text }) => `${kind}: ${text.slice(0, 20)}`)];
};

describe("a time of keepalived", () => {
  const read = (written: string) =>
    heard((findings) => secondsOf(statement("delay_loop", written), 60, findings));

  it("is seconds, with a fraction", () => {
    assert.deepEqual(read("6"), [6, []]);
    assert.deepEqual(read("2.5"), [2.5, []]);
  });

  it("with a unit is read as it was meant, and said", () => {
    const said = (unit: string) => [
      `suspicious: ${JSON.stringify(`10${unit}`)}: keepalived takes `.slice(0, 32),
    ];
    for (const [unit, seconds] of [
      ["s", 10],
      ["ms", 0.01],
      ["M", 600],
      ["parsecs", 10],
    ] as const) {
      const [value, lines] = read(`10${unit}`);
      assert.equal(value, seconds, unit);
      assert.equal(lines[0], said(unit)[0], unit);
    }
  });

  it("that is none leaves the default", () => {
    const [value, lines] = read("soon");
    assert.equal(value, 60);
    assert.match(lines[0] ?? "", /^changed: "soon" is no time/);
    assert.deepEqual(
      heard((findings) => secondsOf(undefined, 60, findings)),
      [60, []],
    );
  });
});

describe("a number of keepalived", () => {
  const read = (written: string) =>
    heard((findings) => numberOf(statement("weight", written), { min: 1, max: 253 }, findings));

  it("is within its range, bounds included", () => {
    assert.deepEqual(read("1"), [1, []]);
    assert.deepEqual(read("253"), [253, []]);
    for (const written of ["0", "254", "-1", "x"]) {
      const [value, [said = ""]] = read(written);
      assert.equal(value, undefined, written);
      assert.match(said, /^changed: /);
    }
  });

  it("ends before trailing garbage", () => {
    assert.deepEqual(read("5x"), [5, ['changed: "5x" is read as 5']]);
  });
});

describe("a statement", () => {
  it("is on unless it says otherwise, and off where it is missing", () => {
    assert.ok(isOn(statement("x")) && isOn(statement("x", "on")) && isOn(statement("x", "true")));
    for (const word of ["off", "false", "no"]) assert.ok(!isOn(statement("x", word)), word);
    assert.ok(!isOn(undefined));
  });

  it("is taken from the innermost block that has one, there the last", () => {
    const inner = [statement("a", "1"), statement("a", "2")];
    const outer = [statement("a", "3"), statement("b", "4")];
    assert.equal(inherited([inner, outer], "a"), inner[1]);
    assert.equal(inherited([inner, outer], "b"), outer[1]);
    assert.equal(inherited([inner, outer], "c"), undefined);
  });
});

it("a length of time is whole seconds, or milliseconds and never none", () => {
  assert.deepEqual([6, 2.5, 0.00001].map(duration), ["6s", "2500ms", "1ms"]);
});

it("a value that is missing is said, since keepalived does not start with it", () => {
  const expected = ["suspicious: it has no value: kee"];
  assert.deepEqual(
    heard((findings) => secondsOf(statement("delay_loop"), 60, findings)),
    [60, expected],
  );
  const range = { min: 1, max: 9 };
  assert.deepEqual(
    heard((findings) => numberOf(statement("retry"), range, findings)),
    [undefined, expected],
  );
});
