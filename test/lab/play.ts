/**
 * Plays scenarios for a developer: `node test/lab/play.ts SCENARIO [RUNS]`, or without arguments
 * lists them. Prints the story while it happens, then the figures.
 * LAB_ROUNDS and LAB_MINUTES shorten what has rounds or watches for minutes.
 * LAB_KEEP=1 keeps logs, tables and captures of runs that went well, too.
 */
import { median } from "./instruments/outage.ts";
import { loadScenario, runScenario, scenarioNames } from "./run-scenario.ts";
import { hasBound, numbersOf, printGoal, reached } from "./scenario.ts";

const [name, runs = "1"] = process.argv.slice(2);
if (name === undefined) {
  for (const each of scenarioNames())
    console.log(`${each.padEnd(28)} ${(await loadScenario(each)).title}`);
} else {
  const scenario = await loadScenario(name);
  const outcome = await runScenario(name, Number(runs), (line) => console.log(line));
  for (const [key, goal] of Object.entries(scenario.goals)) {
    const figures = numbersOf(outcome.reports, key);
    const good = reached(goal, median(figures), 1);
    const verdict = !good ? "MISSED" : hasBound(goal) ? "reached" : "";
    const all = figures.length > 1 ? ` of ${figures.map((each) => each.toFixed(0)).join(" ")}` : "";
    const measured = `${median(figures).toFixed(1)} ${goal.unit}${all}`;
    console.log(`${goal.what}: ${measured} (${printGoal(goal)}) ${verdict}`);
  }
  if (outcome.failure !== null) console.log(`FAILED: ${outcome.failure}`);
  if (outcome.evidence !== null) console.log(`evidence: ${outcome.evidence}`);
  process.exitCode = outcome.failure === null ? 0 : 1;
}
