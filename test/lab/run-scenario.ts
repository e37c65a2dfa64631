/** Runs a scenario by its name on whatever kernel has IPVS, and hands back what it reported. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type KernelKind, run } from "./guest/boot.ts";
import type { RunReport, Scenario } from "./scenario.ts";

export const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** What failed runs leave behind; ignored by git. */
const outDirectory = path.join(project, "test/lab/out");

/** What of the environment the guest is told of: how much to measure, what to keep. */
const passedOn = ["LAB_KEEP", "LAB_MINUTES", "LAB_ROUNDS"];

/** A scenario's limit where it names none, in seconds. */
const limitSecondsDefault = 90;

export interface Outcome {
  readonly reports: readonly RunReport[];
  /** Why the runs as a whole failed; null when every story went as told. */
  readonly failure: string | null;
  /** Where the evidence lies; null when there is none. */
  readonly evidence: string | null;
  readonly kernel: KernelKind;
  readonly lines: readonly string[];
}

/** Names of all scenarios, sorted. */
export const scenarioNames = (): string[] =>
  readdirSync(new URL("scenarios", import.meta.url))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .sort();

export async function loadScenario(name: string): Promise<Scenario> {
  const module = (await import(`./scenarios/${name}.ts`)) as { default: Scenario };
  return module.default;
}

/**
 * Plays a scenario `runs` times in one guest; prints nothing but to `onLine`. Alone: it waits until
 * no other guest runs, and none starts beside it.
 */
export async function runScenario(
  name: string,
  runs = 1,
  onLine: (line: string) => void = () => undefined,
  alone = false,
): Promise<Outcome> {
  const scenario = await loadScenario(name);
  const keepAll = process.env.LAB_KEEP === "1";
  const assignments = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const lines: string[] = [];
  const { status, out, kernel } = await run({
    argv: [
      "env",
      ...assignments,
      process.execPath,
      "--single-threaded-gc",
      "test/lab/guest/guest.ts",
      name,
      `${runs}`,
    ],
    project,
    // One more, since a run in which the lab stood still is told again.
    limitSeconds: (scenario.limitSeconds ?? limitSecondsDefault) * (runs + 1),
    ...(scenario.turnMs === undefined ? {} : { turnMs: scenario.turnMs }),
    ownMachine: scenario.ownMachine ?? false,
    debianKernel: scenario.debianKernel ?? false,
    wholeHost: scenario.wholeHost ?? false,
    alone,
    onLine: (line) => {
      lines.push(line);
      onLine(line);
    },
  });
  const file = path.join(out, "report.json");
  const reports = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as readonly RunReport[])
    : [];
  const failure = failureOf(status, reports, runs);
  const evidence = failure === null && !keepAll ? null : keep(name, out);
  rmSync(path.dirname(out), { recursive: true, force: true });
  return { reports, failure, evidence, kernel, lines };
}

function failureOf(
  status: number | null,
  reports: readonly RunReport[],
  runs: number,
): string | null {
  const failed = reports.find((report) => report.failure !== null);
  if (failed !== undefined) return failed.failure;
  if (status === null) return "the time limit ended it";
  if (status !== 0 || reports.length < runs) return `it ended with status ${status}`;
  return null;
}

/** Moves a failed run's files to where its reader finds them. */
function keep(name: string, out: string): string {
  const place = path.join(outDirectory, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(outDirectory, { recursive: true });
  cpSync(out, place, { recursive: true });
  return place;
}
