/**
 * Every scenario once, each on a kernel of its own with real IPVS; two at a time. A figure may be
 * twice its goal here: a test run shares its processors, the figures themselves are `make bench`.
 */
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { describe, it } from "node:test";
import { loadScenario, runScenario, scenarioNames } from "./run-scenario.ts";
import { printGoal, reached } from "./scenario.ts";

const slack = 2;
const atOnce = Math.min(2, availableParallelism());

const scenarios = await Promise.all(
  scenarioNames().map(async (name) => ({ name, scenario: await loadScenario(name) })),
);

describe("the lab", { concurrency: atOnce }, () => {
  for (const { name, scenario } of scenarios) {
    if (scenario.benchOnly === true) continue;
    it(`${name}: ${scenario.title}`, async (test) => {
      const { failure, reports, evidence, lines } = await runScenario(name);
      const story = lines.join("\n");
      assert.equal(failure, null, `${failure}\nevidence: ${evidence}\n${story}`);
      for (const [key, goal] of Object.entries(scenario.goals)) {
        const figure = reports[0]?.figures[key] ?? Number.NaN;
        test.diagnostic(`${goal.what}: ${figure.toFixed(1)} ${goal.unit} (${printGoal(goal)})`);
        assert.ok(
          reached(goal, figure, slack),
          `${goal.what}: ${figure} ${goal.unit}, ${printGoal(goal)}, twice that here\n${story}`,
        );
      }
    });
  }
});
