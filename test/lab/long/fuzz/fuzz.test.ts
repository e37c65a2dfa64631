/** The short form of fuzz.ts: the same inputs each time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz, type ReaderName, readerNames } from "../../../fuzz/campaign.ts";

/** Those that take milliseconds an input get fewer. */
const fewer: Partial<Record<ReaderName, number>> = { configuration: 60, control: 40, channel: 20 };

for (const name of readerNames)
  test(`${name}: nothing throws, hangs or grows`, { timeout: 60_000 }, async () => {
    const runsMax = fewer[name] ?? 200;
    const { runs, failure } = await fuzz(name, { seed: 1, runsMax, msMax: 30_000 });
    assert.equal(failure, null, JSON.stringify(failure));
    assert.ok(runs > 0);
  });

for (const [name, said] of [
  ["planted-throw", /RangeError: planted/],
  ["planted-hang", /no end within 4000 ms/],
] as const)
  test(`${name} is found, with an input that does it`, { timeout: 60_000 }, async () => {
    const limits = { seed: 1, runsMax: 1000, msMax: 30_000, hangMs: 4000 };
    const { failure } = await fuzz(name, limits);
    assert.match(failure?.why ?? "", said);
    assert.ok(Buffer.from(failure?.input ?? "", "base64").includes(0xff));
  });

test("a reader that cannot be opened is a finding", async () => {
  const { failure } = await fuzz("nothing", { seed: 1, runsMax: 1, msMax: 1000 });
  assert.match(failure?.why ?? "", /no reader nothing/);
});
