import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./run.ts";
import type { Coverage } from "./world.ts";

/** `make test` asks for many more; a failing seed is replayed with simulate.ts --seed N --trace. */
const runs = Number(process.env.LVSD_SIMULATION_RUNS ?? 300);

test(`every property holds in ${runs} simulated runs`, () => {
  const coverage: Coverage = new Map();
  for (let seed = 1; seed <= runs; seed++) {
    const { violation } = run(seed, false, coverage);
    assert.equal(violation, null, `seed ${seed}`);
  }
  assert.ok(coverage.size > 60, `only ${coverage.size} kinds of steps were reached`);
});

test("the same seed gives the same run, step by step", () => {
  const [first, second] = [run(3, true, new Map()), run(3, true, new Map())];
  assert.ok(first.trace.length > 100, `a trace of ${first.trace.length} lines`);
  assert.deepEqual(first, second);
});
