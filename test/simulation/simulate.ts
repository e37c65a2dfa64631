/**
 * Runs seeds and tells of the lowest that fails, made small:
 * `node test/simulation/simulate.ts --runs 10000 --from 1 --coverage`, `--seed 7 --trace`,
 * `--seed 7 --shrink`, `--seed 7 --faults 0,2 --plain loss,jitter --until 800`.
 */
import { parseArgs } from "node:util";
import { campaign } from "./campaign.ts";
import { Coverage, gaps, printCoverage } from "./coverage.ts";
import { planOf, type Reduction, reduced, whole } from "./plan.ts";
import { play } from "./run.ts";
import { shrink, tell } from "./shrink.ts";
import { unreached } from "./unreached.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    /** The faults of the seed that are kept, by number. */
    faults: { type: "string" },
    /** The settings of the seed that are made plain. */
    plain: { type: "string" },
    /** How long the chaos lasts. */
    until: { type: "string" },
    /** What both routers speak: lvsd, or auto. */
    protocol: { type: "string", default: "lvsd" },
    trace: { type: "boolean", default: false },
    shrink: { type: "boolean", default: false },
    coverage: { type: "boolean", default: false },
  },
});

const protocol = values.protocol === "auto" ? "auto" : "lvsd";
const asked = protocol === "lvsd" ? "" : ` --protocol ${protocol}`;

/** What is shown of a single run; --trace shows all of it. */
const traceLines = 200;

const print = (text: string): void => {
  process.stdout.write(text);
};
const itemsOf = (list: string): string[] => list.split(",").filter((item) => item !== "");

function reductionOf(seed: number): Reduction {
  const all = whole(planOf(seed, protocol));
  const { faults, plain, until } = values;
  return {
    mishaps: faults === undefined ? all.mishaps : itemsOf(faults).map(Number),
    plain: plain === undefined ? all.plain : itemsOf(plain),
    chaosLength: until === undefined ? all.chaosLength : Number(until),
  };
}

function show(seed: number): boolean {
  const trace: string[] = [];
  const coverage = new Coverage();
  const { violation } = play(reduced(planOf(seed, protocol), reductionOf(seed)), {
    trace,
    coverage,
  });
  const shown = values.trace ? trace : trace.slice(-traceLines);
  for (const line of shown) print(`${line}\n`);
  print(`seed ${seed}: ${violation ?? "every property held"}\n`);
  return violation === null;
}

/** The smallest run that fails like this seed, and how to see it again. */
function showShrunk(seed: number): void {
  const shrunk = shrink(seed, {}, protocol);
  if (shrunk === null) {
    print(`seed ${seed}: every property held\n`);
    return;
  }
  const { mishaps, plain, chaosLength } = shrunk.reduction;
  for (const line of tell(reduced(planOf(seed, protocol), shrunk.reduction)).trace)
    print(`${line}\n`);
  print(
    `seed ${seed}, made small: ${shrunk.verdict.violation}\n` +
      `  node test/simulation/simulate.ts --seed ${seed}${asked} --faults "${mishaps.join()}"` +
      ` --plain "${plain.join()}" --until ${chaosLength} --trace\n`,
  );
}

async function simulate(from: number, runs: number): Promise<boolean> {
  const begun = performance.now();
  const { failed, counts } = await campaign(from, runs, protocol);
  if (failed !== null) {
    showShrunk(failed.seed);
    print(`seed ${failed.seed} fails: ${failed.violation}\n`);
    print(`  node test/simulation/simulate.ts --seed ${failed.seed}${asked} --trace\n`);
    return false;
  }
  const took = (performance.now() - begun) / 1000;
  print(
    `${runs} seeds from ${from}: every property held (${took.toFixed(1)} s, ` +
      `${Math.round(runs / took)} seeds/s, ${counts.size} cells of the coverage reached)\n`,
  );
  if (!values.coverage) return true;
  print(printCoverage(counts, unreached));
  const { unexplained, disproved } = gaps(counts, unreached);
  for (const cell of disproved) print(`reached, against its reason: ${cell}\n`);
  print(`${unexplained.length} cells are neither reached nor explained\n`);
  return unexplained.length === 0 && disproved.length === 0;
}

async function main(): Promise<boolean> {
  if (values.seed === undefined) return simulate(Number(values.from), Number(values.runs));
  if (!values.shrink) return show(Number(values.seed));
  showShrunk(Number(values.seed));
  return true;
}

process.exitCode = (await main()) ? 0 : 1;
