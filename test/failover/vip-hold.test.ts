import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Bench, kinds } from "./machine-bench.ts";

describe("an outcome of something never asked for", () => {
  for (const kind of ["claimed", "released", "fenced", "kept"] as const)
    it(`${kind} is a bug, and leaves the router as it was`, () => {
      const bench = new Bench();
      bench.feed({ kind: "wake" });
      const before = bench.router;
      assert.throws(() => bench.feed({ kind }), /bug: /);
      assert.equal(bench.router, before);
    });
});

describe("what a router finds of its predecessor", () => {
  it("removes what a killed predecessor left, before anything else", () => {
    const bench = new Bench({ found: "left-behind" });
    assert.deepEqual(kinds(bench.feed({ kind: "wake" })), ["release"]);
  });

  it("adopts what was kept for it, ready or not", () => {
    const bench = new Bench({ found: "kept" });
    assert.deepEqual(kinds(bench.feed({ kind: "wake" })), ["claim"]);
    assert.deepEqual(kinds(bench.feed({ kind: "claimed" })), ["announce"]);
    assert.equal(bench.router.state, "active");
  });
});
