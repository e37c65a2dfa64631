/** A failure is worth something only if a person can read it: a spoiled machine's is made small. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Step, step } from "../../../../src/failover/machine.ts";
import type { Input } from "../../../../src/failover/protocol.ts";
import type { Router } from "../../../../src/failover/router.ts";
import type { Instant } from "../../../../src/model/time.ts";
import { planOf, reduced } from "../../../simulation/plan.ts";
import { run } from "../../../simulation/run.ts";
import { shrink, tell } from "../../../simulation/shrink.ts";

/** A machine that does not notice that the peer holds as well. */
const blind = (router: Router, input: Input, now: Instant): Step =>
  input.kind === "heard" && (router.vipHold === "held" || router.vipHold === "claiming")
    ? step(router, { ...input, message: { ...input.message, holds: false } }, now)
    : step(router, input, now);

const faultsMax = 2;
const traceLinesMax = 100;

/** The first seeds of at least so many faults that violate the property. */
function failing(property: string, faultsAtLeast: number, count: number): readonly number[] {
  const seeds: number[] = [];
  for (let seed = 1; seed < 2000 && seeds.length < count; seed++)
    if (
      planOf(seed).mishaps.length >= faultsAtLeast &&
      run(seed, { step: blind }).property === property
    )
      seeds.push(seed);
  assert.equal(seeds.length, count, `too few seeds below 2000 violate ${property}`);
  return seeds;
}

test("failing runs of many faults shrink to a few, and fail in the same way", () => {
  const left = failing("1", 4, 4).map((seed) => {
    const shrunk = shrink(seed, { step: blind });
    assert.ok(shrunk !== null, `seed ${seed} fails`);
    const plan = reduced(planOf(seed), shrunk.reduction);
    assert.ok(plan.chaosLength <= planOf(seed).chaosLength, "the chaos is no longer than it was");
    const { verdict, trace } = tell(plan, { step: blind });
    assert.equal(verdict.property, "1");
    assert.equal(verdict.violation, shrunk.verdict.violation, "the same run again");
    assert.ok(trace.length <= traceLinesMax, `a trace of ${trace.length} lines`);
    assert.ok(2 * plan.mishaps.length < planOf(seed).mishaps.length, `seed ${seed}`);
    return plan.mishaps.length;
  });
  // Some violations need several faults together, so that not every one gets as small.
  const few = left.filter((faults) => faults <= faultsMax);
  assert.ok(few.length >= 3, `${left} faults are left`);
});

test("the same failing seed shrinks to the same run", () => {
  const [seed = 0] = failing("1", 3, 1);
  assert.deepEqual(shrink(seed, { step: blind }), shrink(seed, { step: blind }));
});

test("a run in which every property holds has nothing to shrink", () => {
  assert.equal(shrink(1), null);
});
