/**
 * Every scenario once, each on a kernel of its own with real IPVS; two at a time. A figure may be
 * twice its goal here: a test run shares its processors, the figures themselves are `make bench`.
 *
 * A story that fails is told once more before it counts, with no other guest beside it: guests
 * share two processors with everything else, and a guest that stood still for seconds has shown
 * nothing. The first failure is printed, so that a story that needs its second try often is seen.
 */
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { describe, it } from "node:test";
import { median } from "./instruments/outage.ts";
import { loadScenario, runScenario, scenarioNames } from "./run-scenario.ts";
import { numbersOf, printGoal, reached, type Scenario } from "./scenario.ts";

const slack = 2;
const inPieces = Math.min(2, availableParallelism());

const scenarios = await Promise.all(
  scenarioNames().map(async (name) => ({ name, scenario: await loadScenario(name) })),
);

interface Told {
  /** Why the story does not count; null when all went as told and every figure is in its bounds. */
  readonly missed: string | null;
  readonly figures: readonly string[];
}

async function tell(name: string, scenario: Scenario, alone: boolean): Promise<Told> {
  const { failure, reports, evidence, lines } = await runScenario(name, 1, undefined, alone);
  const story = lines.join("\n");
  if (failure !== null)
    return { missed: `${failure}\nevidence: ${evidence}\n${story}`, figures: [] };
  const figures = Object.entries(scenario.goals).map(([key, goal]) => {
    const figure = median(numbersOf(reports, key));
    const text = `${goal.what}: ${figure.toFixed(1)} ${goal.unit} (${printGoal(goal)})`;
    return { text, reached: reached(goal, figure, slack) };
  });
  const late = figures.filter((each) => !each.reached).map(({ text }) => text);
  return {
    missed: late.length === 0 ? null : `twice the goal is missed: ${late.join("; ")}\n${story}`,
    figures: figures.map(({ text }) => text),
  };
}

describe("the lab", { concurrency: inPieces }, () => {
  for (const { name, scenario } of scenarios) {
    if (scenario.benchOnly === true || scenario.withBrowser === true) continue;
    it(`${name}: ${scenario.title}`, async (test) => {
      let told = await tell(name, scenario, false);
      if (told.missed !== null) {
        test.diagnostic(`${name}, first try: ${told.missed}`);
        told = await tell(name, scenario, true);
      }
      for (const figure of told.figures) test.diagnostic(figure);
      assert.equal(told.missed, null, told.missed ?? "");
    });
  }
});
