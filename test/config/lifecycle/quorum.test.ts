import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Amount,
  countedServers,
  downFrom,
  printAmount,
  remembers,
  upFrom,
} from "../../../src/config/lifecycle/quorum.ts";

const servers = (value: number): Amount => ({ value, unit: "servers" });
const percent = (value: number): Amount => ({ value, unit: "percent" });

test("numbers are what they say, however many real servers there are", () => {
  const quorum = { up: servers(3), down: servers(1) };
  assert.deepEqual([upFrom(quorum, 10), downFrom(quorum, 10)], [3, 1]);
});

test("a percentage counts up for up, one at least, and down for down", () => {
  const quorum = { up: percent(50), down: percent(50) };
  assert.deepEqual([upFrom(quorum, 5), downFrom(quorum, 5)], [3, 2]);
  assert.deepEqual([upFrom(quorum, 4), downFrom(quorum, 4)], [2, 2]);
  assert.equal(upFrom({ up: percent(0), down: servers(0) }, 4), 1);
});

test("between the two it stays as it was, where there is anything between", () => {
  assert.equal(remembers({ up: servers(3), down: servers(1) }, 5), true);
  assert.equal(remembers({ up: servers(2), down: servers(1) }, 5), false);
});

test("a percentage is of the real servers that can take connections", () => {
  const all = [
    { active: true, weight: 1 },
    { active: false, weight: 1 },
    { active: true, weight: 0 },
  ];
  assert.deepEqual(countedServers(all), [all[0]]);
});

test("an amount is printed as it is written", () => {
  assert.deepEqual([printAmount(servers(2)), printAmount(percent(50))], ["2", "50%"]);
});
