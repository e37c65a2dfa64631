import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Amount,
  allOf,
  countedServers,
  downFrom,
  printAmount,
  type Quorum,
  remembers,
  upFrom,
} from "../../../src/config/lifecycle/quorum.ts";

const number = (value: number): Amount => ({ value, unit: "number" });
const percent = (value: number): Amount => ({ value, unit: "percent" });

test("numbers are what they say, however many real servers there are", () => {
  const quorum: Quorum = { count: "servers", up: number(3), down: number(1) };
  assert.deepEqual([upFrom(quorum, 10), downFrom(quorum, 10)], [3, 1]);
});

test("a percentage counts up for up, one at least, and down for down", () => {
  const quorum: Quorum = { count: "servers", up: percent(50), down: percent(50) };
  assert.deepEqual([upFrom(quorum, 5), downFrom(quorum, 5)], [3, 2]);
  assert.deepEqual([upFrom(quorum, 4), downFrom(quorum, 4)], [2, 2]);
  assert.equal(upFrom({ count: "servers", up: percent(0), down: number(0) }, 4), 1);
});

test("between the two it stays as it was, where there is anything between", () => {
  const of = (up: number, count: "servers" | "weights" = "servers") =>
    remembers({ count, up: percent(up), down: number(1) }, [
      { active: true, weight: 1 },
      { active: true, weight: 7 },
    ]);
  assert.deepEqual([of(100), of(100, "weights"), of(25, "weights")], [false, true, false]);
});

test("a percentage is of the real servers that can take connections", () => {
  const all = [
    { active: true, weight: 1 },
    { active: false, weight: 1 },
    { active: true, weight: 0 },
  ];
  assert.deepEqual(countedServers(all), [all[0]]);
});

test("all that there is to count is real servers, or their weights", () => {
  const all = [
    { active: true, weight: 3 },
    { active: true, weight: 4 },
    { active: false, weight: 9 },
    { active: true, weight: 0 },
  ];
  assert.deepEqual([allOf({ count: "servers" }, all), allOf({ count: "weights" }, all)], [2, 7]);
});

test("an amount is printed as it is written", () => {
  assert.deepEqual([printAmount(number(2)), printAmount(percent(50))], ["2", "50%"]);
});
