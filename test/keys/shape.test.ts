import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  choice,
  duration,
  flag,
  list,
  named,
  printed,
  suggest,
  text,
  whole,
} from "../../src/keys/shape.ts";
import { read } from "./read.ts";

describe("a length of time", () => {
  const shape = duration({ min: "10ms", max: "1m" });

  it("has a unit, or is a number of seconds", () => {
    for (const [written, length] of [
      ["10ms", 10],
      ["1.5s", 1500],
      ["1m", 60_000],
      ["2", 2000],
    ] as const)
      assert.deepEqual(read(shape, written), { value: length, said: [] }, written);
  });

  it("is within its limits", () => {
    assert.match(
      read(shape, "9ms").said[0] ?? "",
      /^1:1: key: 9ms is too short \(use 10ms to 1m\)/,
    );
    assert.match(read(shape, "61s").said[0] ?? "", /too long/);
    assert.match(read(shape, "2 days").said[0] ?? "", /"2 days" is no duration/);
    assert.match(read(shape, "[2s]").said[0] ?? "", /a list where .* is expected/);
  });
});

describe("a whole number", () => {
  it("is within its limits, and not octal", () => {
    const shape = whole(1, 20, "a number of tries");
    assert.deepEqual([read(shape, "1").value, read(shape, "20").value], [1, 20]);
    assert.match(read(shape, "0").said[0] ?? "", /0 is too small \(use 1 to 20\)/);
    assert.match(read(shape, "21").said[0] ?? "", /21 is too large \(use 1 to 20\)/);
    for (const written of ["08", "1.5", "1e1", "x"])
      assert.equal(read(shape, written).value, undefined, written);
  });
});

describe("a flag", () => {
  it("is true or false, and says what was meant with other words", () => {
    assert.deepEqual([read(flag, "true").value, read(flag, "false").value], [true, false]);
    assert.match(read(flag, "yes").said[0] ?? "", /"yes" is neither true nor false \(write true\)/);
    assert.match(read(flag, "off").said[0] ?? "", /\(write false\)/);
  });
});

describe("one of several words", () => {
  const shape = choice("scheduler", ["wlc", "rr"]);

  it("is one of them, or near to one", () => {
    assert.equal(read(shape, "rr").value, "rr");
    assert.equal(
      read(shape, "wcl").said[0],
      '1:1: key: unknown scheduler "wcl" (did you mean "wlc"?)',
    );
    assert.match(read(shape, "conhash").said[0] ?? "", /\(use one of wlc, rr\)/);
    assert.equal(suggest("WLC", ["wlc", "rr"]), 'did you mean "wlc"?');
  });
});

describe("a text", () => {
  it("has a length and a form", () => {
    const shape = text({ what: "a name", max: 4, pattern: /^[a-z]+$/, hint: "letters" });
    assert.equal(read(shape, "abcd").value, "abcd");
    assert.equal(read(shape, "abcde").value, undefined);
    assert.match(read(shape, "a1").said[0] ?? "", /\(letters\)/);
  });
});

describe("a list", () => {
  const shape = list(whole(1, 9), { what: "a list of digits", max: 3, single: true });

  it("may be one value alone, and has a bound", () => {
    assert.deepEqual(read(shape, "[1, 2, 3]").value, [1, 2, 3]);
    assert.deepEqual(read(shape, "7").value, [7]);
    assert.equal(read(shape, "[1, 2, 3, 4]").value, undefined);
    const several = list(whole(1, 9), { what: "a list of digits", max: 3 });
    assert.equal(read(several, "7").value, undefined);
  });

  it("names the item that is wrong", () => {
    const { value, said } = read(shape, "[1, 10, x]");
    assert.equal(value, undefined);
    assert.match(said[0] ?? "", /^1:5: key\[1\]: 10 is too large/);
    assert.match(said[1] ?? "", /^1:9: key\[2\]: /);
  });
});

describe("things by their names", () => {
  it("keep their order and are bounded", () => {
    const shape = named("server", 2, whole(1, 9));
    const { value } = read(shape, "b: 1\na: 2\n");
    assert.deepEqual(
      value?.map(({ name }) => name),
      ["b", "a"],
    );
    assert.match(read(shape, "'a b': 1").said[0] ?? "", /"a b" is no name of a server/);
    assert.notEqual(read(shape, "a: 1\nb: 2\nc: 3\n").said.length, 0);
  });
});

it("a value is printed as it would be written", () => {
  assert.equal(printed(duration({ min: "0" }), 1500 as never), "1500ms");
  assert.equal(printed(whole(1, 9), null), "none");
  assert.equal(printed(whole(1, 9), 7), "7");
  assert.equal(printed(choice("x", ["a"]), "a"), "a");
});
