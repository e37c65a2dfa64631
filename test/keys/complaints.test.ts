import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Complaints, placeOf, type Spot } from "../../src/keys/complaints.ts";
import { problemsMax } from "../../src/keys/problem.ts";

const spot = (line: number, file = "a"): Spot => ({
  source: { file, placeOf: (offset) => ({ line: offset, column: 1 }) },
  offset: line,
});

describe("complaints", () => {
  it("are in the order of the files, then of their lines, each once", () => {
    const complaints = new Complaints();
    complaints.at(spot(2, "b"), "two", null);
    complaints.at(spot(9), "nine", null);
    complaints.at(spot(3), "three", null);
    complaints.at(spot(9), "nine", "said again");
    const said = complaints.inOrder(["a", "b"]).map(({ message }) => message);
    assert.deepEqual(said, ["three", "nine", "two"]);
    assert.ok(complaints.found);
  });

  it("are none while there are warnings alone", () => {
    const complaints = new Complaints();
    complaints.warn(spot(1), "probably not meant", null);
    complaints.warn(spot(1), "probably not meant", null);
    assert.equal(complaints.found, false);
    assert.deepEqual(complaints.inOrder(["a"]), []);
    assert.equal(complaints.warnings(["a"]).length, 1);
  });

  it("beyond the bound are counted, and their lines not even looked for", () => {
    const complaints = new Complaints();
    for (let line = 1; line <= problemsMax; line++) complaints.at(spot(line), `p${line}`, null);
    assert.ok(complaints.full);
    const dear: Spot = { source: { file: "a", placeOf: () => assert.fail("looked") }, offset: 0 };
    complaints.at(dear, "one more", null);
    complaints.at(dear, "another", null);
    const problems = complaints.inOrder(["a"]);
    assert.equal(problems.length, problemsMax + 1);
    assert.equal(problems.at(-1)?.message, "2 further problems are not listed");
  });
});

it("a place outlives the reading", () => {
  assert.deepEqual(placeOf(spot(4), "port"), { file: "a", line: 4, column: 1, key: "port" });
});
