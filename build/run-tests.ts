/**
 * Runs the test files named as arguments, in their order, and reports them as one run.
 *
 * `node --test` sorts its files by name, which would put the lab between the unit tests: the lab
 * measures outages in milliseconds and wants the machine to itself. Two files run at a time: the
 * lab pins each of its kernels to a processor of its own.
 */
import { run } from "node:test";
import { spec } from "node:test/reporters";

/** No file hangs the run for ever; the lab's scenarios, the longest, take about half of this. */
const fileMsMax = 25 * 60 * 1000;

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write("run-tests: no test file matches\n");
  process.exit(1);
}
run({ files, concurrency: 2, timeout: fileMsMax })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .compose(spec)
  .pipe(process.stdout);
