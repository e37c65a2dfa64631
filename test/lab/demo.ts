/**
 * `make demo`: a pair of LVS routers fails over before your eyes. Ends with 0 when every step
 * reached its mark.
 */
import { kernelKind } from "./guest/boot.ts";
import { loadScenario, runScenario } from "./run-scenario.ts";
import { numbersOf, printGoal, reached } from "./scenario.ts";

const plain = process.env.NO_COLOR !== undefined || !process.stdout.isTTY;
const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
const print = (line: string): void => {
  process.stdout.write(`${plain ? line.replaceAll(escapes, "") : line}\n`);
};

const began = performance.now();
const where =
  kernelKind() === "host"
    ? "network namespaces of this machine, whose kernel has IPVS"
    : "a User-Mode Linux guest, since this machine's kernel has no IPVS";
print(`The lab runs in ${where}.`);

const scenario = await loadScenario("demo");
const { reports, failure, evidence } = await runScenario("demo", 1, (line) => {
  if (!/^sysrq:|^reboot:|^ *[\d.]+ s {2}/.test(line)) print(line);
});
let missed = failure === null ? 0 : 1;

print("\n\x1b[1mSummary\x1b[0m");
for (const [key, goal] of Object.entries(scenario.goals)) {
  const [figure] = numbersOf(reports, key);
  const good = figure !== undefined && reached(goal, figure, 1);
  if (!good) missed += 1;
  const measured = figure === undefined ? "not reached" : `${figure.toFixed(0)} ms`;
  const mark = good ? "\x1b[32mok  \x1b[0m" : "\x1b[31mMISS\x1b[0m";
  print(`  ${mark} ${goal.what.padEnd(48)} ${measured.padStart(11)}   (${printGoal(goal)})`);
}
if (failure !== null) print(`\nThe story ended early: ${failure}\nWhat is left of it: ${evidence}`);
print(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exitCode = missed === 0 ? 0 : 1;
