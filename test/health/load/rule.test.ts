import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nextFactor } from "../../../src/health/load/rule.ts";
import { bounds, load } from "./bounds.ts";

const tenfold = { minPercent: 10, maxPercent: 1000 };

describe("the rule from load to weight", () => {
  it("is the example of docs/load.md", () => {
    let factor = 1;
    const seen = [1.4, 1.4, 1.4, 1.4, 1.4, 0.3, 0.3].map((each) => {
      factor = nextFactor("lvsd", factor, each, bounds);
      return Math.round(factor * 100);
    });
    assert.deepEqual(seen, [75, 63, 56, 53, 50, 75, 88]);
  });

  it("stays within its bounds and moves half of the way at most (any loads)", () => {
    fc.assert(
      fc.property(fc.array(load, { maxLength: 50 }), (loads) => {
        let factor = 1;
        for (const each of loads) {
          const next = nextFactor("lvsd", factor, each, bounds);
          assert.ok(next >= 0.1 && next <= 1);
          factor = next;
        }
      }),
    );
  });

  it("comes to rest where the load does (any load)", () => {
    fc.assert(
      fc.property(load, (each) => {
        let factor = 1;
        for (let sample = 0; sample < 20; sample++)
          factor = nextFactor("lvsd", factor, each, bounds);
        assert.equal(nextFactor("lvsd", factor, each, bounds), factor);
      }),
    );
  });

  it("Piranha's never goes below the configured weight, nor beyond ten times it", () => {
    fc.assert(
      fc.property(fc.array(load, { maxLength: 50 }), (loads) => {
        let factor = 1;
        for (const each of loads) {
          factor = nextFactor("piranha", factor, each, tenfold);
          assert.ok(factor >= 1 && factor <= 10);
        }
      }),
    );
    assert.equal(nextFactor("piranha", 1, 0, tenfold), 1.5);
    assert.equal(nextFactor("piranha", 1.5, 1, tenfold), 1.5);
    assert.equal(nextFactor("piranha", 1.5, 9, tenfold), 1);
  });
});
