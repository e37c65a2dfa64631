import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  BoundedProblems,
  bounded,
  messageCharactersMax,
  type Problem,
  printProblem,
  problemElsewhere,
  problemsCharactersMax,
  problemsMax,
  shortened,
  shownProblems,
} from "../../src/keys/problem.ts";

const problem = (message: string): Problem => ({
  file: "/a",
  line: 2,
  column: 3,
  message,
  hint: "mend it",
});

describe("a problem", () => {
  it("is printed with what is known of its place", () => {
    assert.equal(printProblem(problem("wrong")), "/a:2:3: wrong (mend it)");
    assert.equal(printProblem({ ...problem("wrong"), line: null }), "/a: wrong (mend it)");
    assert.equal(printProblem({ ...problem("wrong"), column: null }), "/a:2:1: wrong (mend it)");
    assert.equal(printProblem(problemElsewhere("wrong")), "wrong");
    assert.equal(printProblem(problemElsewhere("wrong", "so")), "wrong (so)");
  });

  it("has texts of bounded length", () => {
    const long = "x".repeat(messageCharactersMax + 1);
    const { message, hint } = shortened({ ...problem(long), hint: long });
    assert.equal(message.length, messageCharactersMax);
    assert.equal(hint?.length, messageCharactersMax);
    assert.equal(shortened(problem("short")).message, "short");
  });
});

describe("a list of problems", () => {
  it("ends with how many it leaves out", () => {
    const all = Array.from({ length: problemsMax + 3 }, (_, at) => problem(`${at}`));
    const list = bounded(all);
    assert.equal(list.length, problemsMax + 1);
    assert.equal(list.at(-1)?.message, "3 further problems are not listed");
    assert.deepEqual(bounded(all.slice(0, problemsMax)), all.slice(0, problemsMax));
  });

  it("has a bound for all its characters together", () => {
    const taken = new BoundedProblems();
    const long = { ...problem("wrong"), file: "x".repeat(3000) };
    for (let count = 0; count < problemsMax; count++) taken.add(long);
    assert.ok(taken.full && taken.leftOut > 0);
    const characters = taken.problems.length * 3000;
    assert.ok(characters <= problemsCharactersMax && taken.problems.length > 10);
  });

  it("is repeated by an event as far as it fits, and the first one always", () => {
    const shown = shownProblems(Array.from({ length: 50 }, () => problem("x".repeat(400))));
    assert.match(shown.at(-1) ?? "", /^3\d further problems are not repeated here$/);
    assert.deepEqual(shownProblems([problem("one")]), ["/a:2:3: one (mend it)"]);
  });
});
