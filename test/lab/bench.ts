/**
 * `make bench`: every figure of the product, each the median of its scenario's runs, as a table in
 * Markdown. `make bench ONLY=power-off` (or `ONLY=a,b`) measures the scenarios whose names contain
 * it; `RUNS=1` measures once; `MINUTES=1` shortens the long watches, `ROUNDS=3` the comparisons
 * (`ONLY=compared`). Ends with 1 if a goal was missed.
 */
import { median } from "./instruments/outage.ts";
import { loadScenario, runScenario, scenarioNames } from "./run-scenario.ts";
import { hasBound, numbersOf, printGoal, reached } from "./scenario.ts";

interface Row {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly verdict: "reached" | "**missed**" | "";
}

const only = (process.env.ONLY ?? "").split(",").filter((part) => part !== "");

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

async function measure(name: string): Promise<Row[]> {
  const scenario = await loadScenario(name);
  const goals = Object.entries(scenario.goals);
  if (goals.length === 0) return [];
  const runs = Number(process.env.RUNS ?? scenario.runs ?? 1);
  say(`${name}: ${runs} run${runs === 1 ? "" : "s"}`);
  const outcome = await runScenario(name, runs);
  if (outcome.failure !== null) say(`  ${outcome.failure}\n  evidence: ${outcome.evidence}`);
  return goals.map(([key, goal]) => {
    const figures = numbersOf(outcome.reports, key);
    const middle = median(figures);
    const good = outcome.failure === null && reached(goal, middle, 1);
    const digits = goal.unit === "ms" && middle > 100 ? 0 : 1;
    const each = figures.map((figure) => figure.toFixed(digits)).join(", ");
    const measured =
      figures.length === 0
        ? "failed"
        : `${middle.toFixed(digits)} ${goal.unit}${figures.length > 1 ? ` (${each})` : ""}`;
    const bound = hasBound(goal);
    say(`  ${!good ? "MISS" : bound ? "ok  " : "    "} ${goal.what}: ${measured}`);
    const verdict = !good ? "**missed**" : bound ? "reached" : "";
    return { what: goal.what, goal: printGoal(goal), measured, verdict };
  });
}

process.env.LAB_MINUTES = process.env.MINUTES ?? "10";
if (process.env.ROUNDS !== undefined) process.env.LAB_ROUNDS = process.env.ROUNDS;
const names = scenarioNames().filter(
  (name) => name !== "demo" && (only.length === 0 || only.some((part) => name.includes(part))),
);
// Two at a time, each on a processor of its own; the order of the table is that of the names. Those
// that need the whole machine come last and alone.
const rows = new Map<string, Row[]>();
const alone: string[] = [];
const waiting: string[] = [];
for (const name of names)
  ((await loadScenario(name)).wholeHost === true ? alone : waiting).push(name);
const lane = async (): Promise<void> => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
    rows.set(name, await measure(name));
};
await Promise.all([lane(), lane()]);
for (const name of alone) rows.set(name, await measure(name));

const all = names.flatMap((name) => rows.get(name) ?? []);
console.log("| figure | goal | measured (median of its runs) | |\n|---|---|---|---|");
for (const { what, goal, measured, verdict } of all)
  console.log(`| ${what} | ${goal} | ${measured} | ${verdict} |`);
process.exitCode = all.some((row) => row.verdict === "**missed**") ? 1 : 0;
