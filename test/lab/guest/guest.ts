/**
 * Runs inside the lab's kernel: plays one scenario, one or several times, and reports.
 *
 *     node test/lab/guest/guest.ts SCENARIO [RUNS]
 *
 * Writes `report.json` (RunReport[]) into $LAB_OUT after every run; a failed run leaves its
 * evidence in $LAB_OUT/run-N, with LAB_KEEP=1 every run. Exit status 0 when every story went as told.
 */
import { writeFileSync } from "node:fs";
import { messageOf } from "../../../src/model/error.ts";
import { aftermath } from "../instruments/aftermath.ts";
import { now } from "../instruments/clock.ts";
import { expect, Unfulfilled } from "../instruments/wait.ts";
import { stillMaxMs } from "../instruments/yardstick.ts";
import { Lab, type LabSurroundings } from "../lab.ts";
import type { Figures, RunReport, Scenario } from "../scenario.ts";

const [name = "", runs = "1"] = process.argv.slice(2);
const out = process.env.LAB_OUT ?? "/run/lab";
const project = process.env.LAB_PROJECT ?? process.cwd();

// For this process only: what a scenario starts must start as it does on a router.
delete process.env.NODE_COMPILE_CACHE;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function play(scenario: Scenario, run: number): Promise<RunReport> {
  const began = now();
  const surroundings: LabSurroundings = { project, out, print };
  const lab = await Lab.build(scenario.topology, surroundings);
  let figures: Figures = {};
  let failure: string | null = null;
  try {
    figures = await scenario.play(lab);
    lab.network.assertObeyed();
    const left = (await aftermath(lab)).filter(
      (what) => !(scenario.leaves ?? []).some((meant) => what.startsWith(meant)),
    );
    expect(left.length === 0, `left behind: ${left.join("; ")}`);
  } catch (thrown) {
    failure = thrown instanceof Unfulfilled ? thrown.message : stackOf(thrown);
    print(`FAILED: ${failure}`);
  }
  const stillMs = await lab.stoodStill(began);
  if (failure !== null || process.env.LAB_KEEP === "1")
    await lab.leaveEvidence(`${out}/run-${run}`);
  await lab.destroy();
  return { figures, failure, stillMs, seconds: (now() - began) / 1000 };
}

const stackOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);

const { default: scenario } = (await import(`../scenarios/${name}.ts`)) as { default: Scenario };
const reports: RunReport[] = [];
for (let run = 1; run <= Number(runs); run++) {
  if (Number(runs) > 1) print(`-- run ${run} of ${runs}`);
  let report = await play(scenario, run);
  if (report.failure !== null && report.stillMs > stillMaxMs) {
    print(`the lab stood still for ${report.stillMs.toFixed(0)} ms: this run is told again`);
    report = await play(scenario, run);
  }
  reports.push(report);
  writeFileSync(`${out}/report.json`, JSON.stringify(reports, null, 2));
}
process.exit(reports.every((report) => report.failure === null) ? 0 : 1);
