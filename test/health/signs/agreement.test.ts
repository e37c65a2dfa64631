/** Whether real servers answer alike. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Contents, heardContent, majority } from "../../../src/health/signs/agreement.ts";

const heard = (...said: readonly (readonly [string, string | null])[]): Contents =>
  said.reduce<Contents>((known, [key, digest]) => heardContent(known, key, digest), new Map());

const odd = (contents: Contents) =>
  [...contents].filter((each) => each[1].odd > 0).map(([key]) => key);

describe("contents of real servers", () => {
  it("agree, or one of them differs from more than half", () => {
    assert.deepEqual(odd(heard(["a", "1"], ["b", "1"], ["c", "1"])), []);
    assert.deepEqual(odd(heard(["a", "1"], ["b", "1"], ["c", "2"])), ["c"]);
    assert.deepEqual(majority(heard(["a", "1"], ["b", "1"], ["c", "2"])), { digest: "1", of: 2 });
  });

  it("have no majority with two of a kind against two, or with two in all", () => {
    const even = heard(["a", "1"], ["b", "1"], ["c", "2"], ["d", "2"]);
    assert.equal(majority(even), null);
    assert.deepEqual(odd(heard(["a", "1"], ["b", "2"])), []);
    assert.equal(majority(heard(["a", "1"])), null);
  });

  it("never differ in more than a minority, in whatever order a new one is rolled out", () => {
    let contents = heard(["a", "1"], ["b", "1"], ["c", "1"], ["d", "1"], ["e", "1"]);
    for (const key of ["a", "b", "c", "d", "e"]) {
      contents = heardContent(contents, key, "2");
      for (const other of ["a", "b", "c", "d", "e"])
        contents = heardContent(contents, other, contents.get(other)?.digest ?? null);
      assert.ok(odd(contents).length <= 2, `${key}: ${odd(contents)}`);
    }
    assert.deepEqual(odd(contents), []);
  });

  it("count the tries in a row, and forget a server that gives none", () => {
    const differing = heard(["a", "1"], ["b", "1"], ["c", "2"], ["c", "2"], ["c", "2"]);
    assert.equal(differing.get("c")?.odd, 3);
    assert.equal(heardContent(differing, "c", "1").get("c")?.odd, 0);
    assert.equal(heardContent(differing, "c", null).has("c"), false);
  });
});
