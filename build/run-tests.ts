/**
 * Runs the test files named as arguments and reports them as one run: first those outside the lab,
 * four at a time, the pure ones grouped (test-groups.ts); then the lab's.
 *
 * The lab measures outages in milliseconds and needs the machine to itself. Two of its files run at
 * a time: the lab pins each of its kernels to a processor of its own.
 */
import { join } from "node:path";
import { Readable } from "node:stream";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { root } from "../test/checkout.ts";
import { grouped } from "./test-groups.ts";

/** No file hangs the run for ever; the lab's scenarios, the longest, take about half of this. */
const labMsMax = 35 * 60 * 1000;
const innerMsMax = 5 * 60 * 1000;
const innerAtOnce = 4;

const cache = join(root, "node_modules/.cache/lvsd");
// What was compiled for one test file serves the next, and the next run.
process.env.NODE_COMPILE_CACHE ??= join(cache, "compiled");

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write("run-tests: no test file matches\n");
  process.exit(1);
}
const inLab = (file: string): boolean => file.startsWith("test/lab/");
/** The longest file goes first; the scenarios, which run two guests at a time, come last. */
const inOrder = (of: readonly string[]): string[] => {
  const first = "test/lab/takeover.test.ts";
  const last = "test/lab/scenarios.test.ts";
  const place = (file: string): number => (file === first ? 0 : file === last ? 2 : 1);
  return of.toSorted((a, b) => place(a) - place(b));
};
const rounds = [
  {
    files: grouped(
      files.filter((file) => !inLab(file)),
      innerAtOnce,
      join(cache, "tests"),
    ),
    concurrency: innerAtOnce,
    timeout: innerMsMax,
  },
  { files: inOrder(files.filter(inLab)), concurrency: 2, timeout: labMsMax },
].filter((round) => round.files.length > 0);

/** The closing lines of a round ("tests 3144"): one sum is printed for all rounds. */
const closing = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;
const sums = new Map<string, number>();

async function* events(): AsyncGenerator<{ readonly type: string; readonly data: object }> {
  const ends = [];
  for (const round of rounds) {
    const stream = run(round).on("test:fail", () => {
      process.exitCode = 1;
    });
    for await (const event of stream) {
      const sum =
        event.type === "test:diagnostic" && event.data.nesting === 0
          ? closing.exec(event.data.message)
          : null;
      if (sum !== null) sums.set(sum[1] ?? "", (sums.get(sum[1] ?? "") ?? 0) + Number(sum[2]));
      else if (event.type === "test:summary" && event.data.file === undefined) ends.push(event);
      else yield event;
    }
  }
  for (const [what, number] of sums) {
    const message = `${what} ${number}`;
    yield { type: "test:diagnostic", data: { nesting: 0, message, level: "info" } };
  }
  // Behind it the reporter lists what failed in any round.
  yield* ends.slice(-1);
}

Readable.from(events()).compose(new spec()).pipe(process.stdout);
