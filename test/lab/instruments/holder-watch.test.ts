import assert from "node:assert/strict";
import { test } from "node:test";
import { HolderHistory, type Holding } from "./holder-watch.ts";

const holding = (at: number, ...holders: string[]): Holding => ({ at, holders });

test("a takeover is distinguished from a release, and from what was held at first", () => {
  const history = new HolderHistory(
    [holding(0, "r1"), holding(100, "r1", "r2"), holding(600, "r2"), holding(900)],
    2000,
  );
  assert.equal(history.takeovers, 1);
  assert.equal(history.doubledUntil(50), 550);
  assert.equal(history.doubledUntil(700), 0);
  assert.equal(history.told(100), "-100 r1, 0 r1+r2, 500 r2, 800 nobody");
});

test("two that hold to the end are counted until the question", () => {
  const history = new HolderHistory([holding(0, "r1"), holding(300, "r1", "r2")], 2000);
  assert.equal(history.doubledUntil(200), 1800);
});

test("who always held it alone took it from nobody", () => {
  const history = new HolderHistory([holding(0, "r1")], 2000);
  assert.equal(history.takeovers, 0);
  assert.equal(history.doubledUntil(0), 0);
});
