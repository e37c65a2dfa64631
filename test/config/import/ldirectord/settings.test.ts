import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Findings } from "../../../../src/config/import/imported.ts";
import {
  eitherOf,
  isYes,
  numberOf,
  ownOf,
  timeoutOf,
} from "../../../../src/config/import/ldirectord/settings.ts";
import type { Directive } from "../../../../src/config/import/ldirectord/statements.ts";

const directive = (name: string, value: string, line = 1): Directive =>
  ({ name, value, line }) as Directive;
const settings = (own: readonly Directive[], globals: readonly Directive[] = []) => ({
  file: "l.cf",
  own,
  globals,
  findings: new Findings(),
});

describe("a directive", () => {
  it("of the block goes before a global one, and of several the last counts", () => {
    const given = settings([directive("a", "1"), directive("a", "2")], [directive("b", "3")]);
    assert.equal(ownOf(given, "a")?.value, "2");
    assert.equal(ownOf(given, "b"), undefined);
    assert.equal(eitherOf(given, "a")?.value, "2");
    assert.equal(eitherOf(given, "b")?.value, "3");
  });

  it("is a yes by that word alone", () => {
    assert.ok(isYes(directive("quiescent", "yes")));
    assert.ok(!isYes(directive("quiescent", "no")) && !isYes(undefined));
  });
});

describe("a number of ldirectord", () => {
  const read = (value: string) => {
    const given = settings([]);
    const number = numberOf(directive("checkinterval", value), given);
    return [number, given.findings.all().map(({ kind, text }) => `${kind}: ${text}`)];
  };

  it("is its first digits, and what is dropped is said", () => {
    assert.deepEqual(read("5"), [5, []]);
    assert.deepEqual(read("5s"), [5, ["changed: 5s is read as 5"]]);
    assert.deepEqual(read("5ms"), [
      5,
      ["suspicious: 5ms is read as 5: whole seconds, without a unit"],
    ]);
  });

  it("is above 0", () => {
    assert.deepEqual(read("0"), [undefined, ['suspicious: "0" is no number above 0']]);
    assert.deepEqual(read("x"), [undefined, ['suspicious: "x" is no number above 0']]);
  });
});

it("a negotiating check has its own timeout, else the other, and by default 30 s and not 5 s", () => {
  const seconds = (own: Directive[], globals: Directive[], isNegotiate: boolean) =>
    timeoutOf(settings(own, globals), isNegotiate).seconds;
  const check = directive("checktimeout", "3");
  const negotiate = directive("negotiatetimeout", "9");
  assert.equal(seconds([], [check, negotiate], true), 9);
  assert.equal(seconds([], [check, negotiate], false), 3);
  assert.equal(seconds([check], [negotiate], true), 3, "the block's own goes first");
  assert.equal(seconds([], [], true), 30);
  assert.equal(seconds([], [], false), 5);
});
