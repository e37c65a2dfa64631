import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import {
  halfOf,
  nextStepAt,
  type Ramp,
  type RampRules,
  rampAt,
  rampFound,
  startRamp,
  stepsOf,
  toldRamp,
  weightAt,
} from "../../src/health/ramp.ts";
import { addMs, instant, ms, seconds } from "../../src/model/time.ts";

const start = instant(1_000_000);
const rules = (weight: number, length: number): RampRules => ({ weight, length: ms(length) });

/** Every weight that reaches the table, by waking up exactly when asked to. */
function weights(of: RampRules): number[] {
  const seen: number[] = [];
  let ramp: Ramp | null = startRamp(of, start);
  while (ramp !== null) {
    seen.push(weightAt(of, ramp.step));
    const next: Ramp | null = rampAt(of, ramp, nextStepAt(of, ramp));
    assert.notEqual(next, ramp, "a wake-up takes a step");
    ramp = next;
  }
  return [...seen, weightAt(of, stepsOf(of))];
}

describe("a slow start", () => {
  it("rises in steps of whole weights", () => {
    assert.deepEqual(weights(rules(5, 10_000)), [1, 2, 3, 4, 5]);
    assert.deepEqual(weights(rules(100, 1000)), [20, 40, 60, 80, 100]);
  });

  it("is none where the weight is 1 or there is no time", () => {
    assert.equal(startRamp(rules(1, 10_000), start), null);
    assert.equal(startRamp(rules(100, 0), start), null);
  });

  it("ends in time, never falls, and takes few steps (any weight, any length)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65_535 }),
        fc.integer({ min: 0, max: 86_400_000 }),
        (weight, length) => {
          const of = rules(weight, length);
          const seen = weights(of);
          assert.ok(seen.length <= 21);
          assert.equal(seen.at(-1), weight);
          assert.deepEqual(
            seen,
            seen.toSorted((one, other) => one - other),
          );
          if (weight > 0) assert.ok((seen[0] ?? 0) > 0, "it serves at once");
          const ramp = startRamp(of, start);
          if (ramp !== null) assert.equal(rampAt(of, ramp, addMs(start, of.length)), null);
        },
      ),
    );
  });

  it("goes on where a table that was found shows it (any weight, any step)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 65_535 }),
        fc.integer({ min: 500, max: 86_400_000 }),
        fc.nat(19),
        (weight, length, at) => {
          const of = rules(weight, length);
          const step = at % stepsOf(of);
          const found = rampFound(of, weightAt(of, step), start);
          assert.ok(found !== null);
          assert.equal(weightAt(of, found.step), weightAt(of, step));
          assert.ok(nextStepAt(of, found) > start);
          assert.equal(rampFound(of, weight, start), null);
        },
      ),
    );
  });

  it("is learnt by halves from the peer, and left alone where it is known", () => {
    const of = rules(100, 10_000);
    assert.equal(toldRamp(of, null, null, start), null);
    assert.deepEqual(toldRamp(of, null, "first", start), { from: start, step: 0 });
    const second = toldRamp(of, null, "second", start);
    assert.ok(second !== null);
    assert.equal(second.step, 10);
    assert.equal(halfOf(of, second), "second");
    const own = { from: addMs(start, ms(-seconds(3))), step: 6 };
    assert.equal(toldRamp(of, own, "first", start), own);
  });
});

test("a weight of 1 rises in steps of a hundredth", () => {
  const rules = { weight: 1, length: ms(20_000), scale: 100 };
  assert.equal(stepsOf(rules), 20);
  assert.equal(weightAt(rules, 0), 0.05);
  assert.equal(weightAt(rules, 10), 0.53);
  assert.equal(weightAt(rules, 20), 1);
});
