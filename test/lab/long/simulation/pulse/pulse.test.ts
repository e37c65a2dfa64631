import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Input } from "../../../../../src/failover/protocol.ts";
import { type Pair, type Program, runPulse } from "../../../../simulation/pulse/run.ts";

const runs = Number(process.env.LVSD_PULSE_RUNS ?? 60);
const firstSeed = Number(process.env.LVSD_PULSE_SEED ?? 1);

function campaign(pair: Pair): { readonly bothMs: number; readonly noneMs: number } {
  let bothMs = 0;
  let noneMs = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const outcome = runPulse(seed, pair);
    const trace = process.env.LVSD_PULSE_SEED === undefined ? "" : `\n${outcome.trace.join("\n")}`;
    assert.equal(outcome.violation, null, `seed ${seed}${trace}`);
    bothMs += outcome.bothMs;
    noneMs += outcome.noneMs;
  }
  return { bothMs, noneMs };
}

const pairs: readonly (readonly [Program, Program])[] = [
  ["piranha", "piranha"],
  ["pulse", "piranha"],
  ["piranha", "pulse"],
  ["pulse", "pulse"],
  ["auto", "piranha"],
  ["piranha", "auto"],
  ["auto", "pulse"],
  ["pulse", "auto"],
  ["auto", "auto"],
  ["auto", "lvsd"],
  ["lvsd", "auto"],
];

describe("in the middle of failures, one router holds within what pulse itself takes", () => {
  for (const [primary, backup] of pairs)
    it(`${primary} as primary, ${backup} as backup`, () => {
      campaign({ primary, backup, upgrade: false, calm: false });
    });

  it("two with pulse that are reloaded with auto on the way", () => {
    campaign({ primary: "pulse", backup: "pulse", upgrade: true, calm: false });
  });
});

describe("the judges object", () => {
  const objections = (pair: Pair, hears: (input: Input) => Input | null): ReadonlySet<string> =>
    new Set(
      Array.from({ length: 150 }, (_, seed) => runPulse(seed + 1, pair, hears).violation)
        .filter((violation) => violation !== null)
        .map((violation) => violation.replace(/^.*ms: (\w+):.*$/s, "$1")),
    );

  const isWord = (input: Input, word: string): input is Input & { kind: "heard-word" } =>
    input.kind === "heard-word" && input.word === word;

  it("to a backup that does not yield", () => {
    const found = objections(
      { primary: "piranha", backup: "pulse", upgrade: false, calm: false },
      (input) => (isWord(input, "running") ? null : input),
    );
    assert.ok(found.has("1") || found.has("liveness"), [...found].join());
  });

  it("to a router that takes no notice of a peer that has let go", () => {
    const found = objections(
      { primary: "pulse", backup: "piranha", upgrade: false, calm: false },
      (input) => (isWord(input, "stopped") ? { ...input, word: "hold" } : input),
    );
    assert.ok(found.has("2") || found.has("liveness"), [...found].join());
  });

  it("to routers with auto that do not understand each other", () => {
    const found = objections(
      { primary: "auto", backup: "auto", upgrade: false, calm: false },
      (input) => (input.kind === "heard" ? null : input),
    );
    assert.deepEqual([...found], ["upgrade"]);
  });
});

describe("where nothing fails, the VIPs stay where they are", () => {
  for (const [primary, backup] of pairs)
    it(`${primary} as primary, ${backup} as backup`, () => {
      const spent = campaign({ primary, backup, upgrade: false, calm: true });
      assert.deepEqual(spent, { bothMs: 0, noneMs: 0 });
    });

  it("also while a pair goes from pulse to lvsd's own protocol", () => {
    const spent = campaign({ primary: "pulse", backup: "pulse", upgrade: true, calm: true });
    assert.deepEqual(spent, { bothMs: 0, noneMs: 0 });
  });
});
