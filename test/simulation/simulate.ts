/**
 * Runs seeds and tells of the first that fails:
 * `node test/simulation/simulate.ts --runs 10000 --from 1`, `--seed 7 --trace`.
 */
import { parseArgs } from "node:util";
import { run } from "./run.ts";
import type { Coverage } from "./world.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    coverage: { type: "boolean", default: false },
  },
});

/** What is shown of a single run; --trace shows all of it. */
const traceLines = 200;

const coverage: Coverage = new Map();

function show(seed: number): boolean {
  const { violation, trace } = run(seed, true, coverage);
  const shown = values.trace ? trace : trace.slice(-traceLines);
  for (const line of shown) process.stdout.write(`${line}\n`);
  process.stdout.write(`seed ${seed}: ${violation ?? "every property held"}\n`);
  return violation === null;
}

function simulate(from: number, runs: number): boolean {
  const begun = performance.now();
  for (let seed = from; seed < from + runs; seed++) {
    const { violation } = run(seed, false, coverage);
    if (violation === null) continue;
    process.stdout.write(
      `seed ${seed} fails: ${violation}\n  node test/simulation/simulate.ts --seed ${seed} --trace\n`,
    );
    return false;
  }
  const took = (performance.now() - begun) / 1000;
  process.stdout.write(
    `${runs} seeds from ${from}: every property held (${took.toFixed(1)} s, ` +
      `${Math.round(runs / took)} seeds/s, ${coverage.size} kinds of steps and effects)\n`,
  );
  return true;
}

const held =
  values.seed === undefined
    ? simulate(Number(values.from), Number(values.runs))
    : show(Number(values.seed));
if (values.coverage)
  for (const [key, count] of [...coverage].sort())
    process.stdout.write(`${String(count).padStart(9)} ${key}\n`);
process.exitCode = held ? 0 : 1;
