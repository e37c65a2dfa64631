/**
 * Every scenario once, each on a kernel of its own with real IPVS; two at a time. A figure may be
 * twice its goal here: a test run shares its processors, the figures themselves are `make bench`.
 *
 * A story that fails is told once more before it counts, with no other guest beside it: guests
 * share two processors with everything else, and a guest that stood still for seconds has shown
 * nothing. Where only a figure was missed, it is told as often as its median needs. The first
 * failure is printed, so that a story that needs its second try often is seen.
 */
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { describe, it } from "node:test";
import { median } from "./outage.ts";
import { loadScenario, runScenario, scenarioNames } from "./run-scenario.ts";
import { type Goal, numbersOf, printGoal, reached, type Scenario } from "./scenario.ts";

const slack = 2;
/** For a figure that was missed in one. */
const measuredRuns = 3;
const atOnce = Math.min(2, availableParallelism());

const scenarios = await Promise.all(
  scenarioNames().map(async (name) => ({ name, scenario: await loadScenario(name) })),
);

interface Told {
  /** Why the story does not count; null when all went as told and every figure is in its bounds. */
  readonly missed: string | null;
  /** It went as told, but for a figure. */
  readonly asTold: boolean;
  readonly figures: readonly string[];
}

/** A measure is the median of its runs, as in `make bench`; a count must be right in each run. */
function good(goal: Goal, ofRuns: readonly number[]): boolean {
  return goal.exact === true
    ? ofRuns.every((figure) => reached(goal, figure, slack))
    : reached(goal, median(ofRuns), slack);
}

async function tell(name: string, scenario: Scenario, runs: number, alone: boolean): Promise<Told> {
  const { failure, reports, evidence, lines } = await runScenario(name, runs, undefined, alone);
  const story = lines.join("\n");
  if (failure !== null) {
    const missed = `${failure}\nevidence: ${evidence}\n${story}`;
    return { missed, asTold: false, figures: [] };
  }
  const figures = Object.entries(scenario.goals).map(([key, goal]) => {
    const ofRuns = reports.map((report) => median(numbersOf([report], key)));
    const figure = ofRuns.map((each) => each.toFixed(1)).join(", ");
    const text = `${goal.what}: ${figure} ${goal.unit} (${printGoal(goal)})`;
    return { text, good: good(goal, ofRuns) };
  });
  const late = figures.filter((each) => !each.good).map(({ text }) => text);
  return {
    missed: late.length === 0 ? null : `twice the goal is missed: ${late.join("; ")}\n${story}`,
    asTold: true,
    figures: figures.map(({ text }) => text),
  };
}

describe("the lab", { concurrency: atOnce }, () => {
  for (const { name, scenario } of scenarios) {
    if (scenario.benchOnly === true) continue;
    it(`${name}: ${scenario.title}`, async (test) => {
      let told = await tell(name, scenario, 1, false);
      if (told.missed !== null) {
        test.diagnostic(`${name}, first try: ${told.missed}`);
        const runs = told.asTold ? Math.min(scenario.runs ?? 1, measuredRuns) : 1;
        told = await tell(name, scenario, runs, true);
      }
      for (const figure of told.figures) test.diagnostic(figure);
      assert.equal(told.missed, null, told.missed ?? "");
    });
  }
});
