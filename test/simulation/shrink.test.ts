/** A failure is worth something only if a person can read it: a spoiled machine's is made small. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Step, step } from "../../src/failover/machine.ts";
import type { Input } from "../../src/failover/protocol.ts";
import type { Router } from "../../src/failover/router.ts";
import type { Instant } from "../../src/model/time.ts";
import { planOf, reduced } from "./plan.ts";
import { run } from "./run.ts";
import { shrink, tell } from "./shrink.ts";

/** A machine that does not notice that the peer holds as well. */
const blind = (router: Router, input: Input, now: Instant): Step =>
  input.kind === "heard" && (router.grip === "held" || router.grip === "claiming")
    ? step(router, { ...input, message: { ...input.message, holds: false } }, now)
    : step(router, input, now);

const faultsMax = 2;
const traceLinesMax = 100;

function firstFailing(property: string, faultsAtLeast: number): number {
  for (let seed = 1; seed < 2000; seed++)
    if (
      planOf(seed).mishaps.length >= faultsAtLeast &&
      run(seed, { step: blind }).property === property
    )
      return seed;
  throw new Error(`no seed below 2000 violates ${property}`);
}

test("a failing run of many faults shrinks to a few, and fails in the same way", () => {
  const seed = firstFailing("1", 4);
  const shrunk = shrink(seed, { step: blind });
  assert.ok(shrunk !== null, `seed ${seed} fails`);
  const plan = reduced(planOf(seed), shrunk.reduction);
  assert.ok(plan.mishaps.length <= faultsMax, `${plan.mishaps.length} faults are left`);
  assert.ok(plan.chaosLength <= planOf(seed).chaosLength, "the chaos is no longer than it was");
  const { verdict, trace } = tell(plan, { step: blind });
  assert.equal(verdict.property, "1");
  assert.equal(verdict.violation, shrunk.verdict.violation, "the same run again");
  assert.ok(trace.length <= traceLinesMax, `a trace of ${trace.length} lines`);
});

test("the same failing seed shrinks to the same run", () => {
  const seed = firstFailing("1", 3);
  assert.deepEqual(shrink(seed, { step: blind }), shrink(seed, { step: blind }));
});

test("a run in which every property holds has nothing to shrink", () => {
  assert.equal(shrink(1), null);
});
