/**
 * Fuzzes every reader of bytes from outside: `node test/fuzz/fuzz.ts --seconds 60`,
 * `--only heartbeat`, `--seed 7`. Ends with 1 where something was found; the input is printed.
 */
import { parseArgs } from "node:util";
import { fuzz, readerNames } from "./campaign.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    only: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const names = readerNames.filter((name) => values.only === undefined || name === values.only);
if (names.length === 0) throw new Error(`no reader ${values.only}; known: ${readerNames}`);
const limits = {
  seed: Number(values.seed),
  runsMax: 2 ** 31 - 1,
  msMax: (Number(values.seconds) * 1000) / names.length,
};
process.stdout.write(`seed ${limits.seed}, ${Math.round(limits.msMax)} ms each\n`);
for (const name of names) {
  const { runs, slowestMs, failure } = await fuzz(name, limits);
  const slowest = `slowest ${slowestMs.toFixed(1)} ms`;
  process.stdout.write(`${name.padEnd(20)} ${String(runs).padStart(8)} inputs, ${slowest}\n`);
  if (failure === null) continue;
  process.exitCode = 1;
  process.stdout.write(`  ${failure.why}\n  input (base64): ${failure.input}\n`);
}
