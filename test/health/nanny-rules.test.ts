import assert from "node:assert/strict";
import { test } from "node:test";
import { reconfigure, startNanny, wakeAt } from "../../src/health/nanny.ts";
import { seconds } from "../../src/model/time.ts";
import { tcpCheck } from "../table/configs.ts";
import { address } from "../table/tables.ts";
import {
  after,
  type Changes,
  failed,
  passed,
  quiesce,
  reentry,
  rules,
  run,
  stands,
  start,
} from "./nannies.ts";

const upWithOneFailure = run(startNanny(rules(), start), passed, failed);

const reloads: readonly (readonly [string, Changes, string, number])[] = [
  ["an unchanged server keeps state and counters", {}, "up 3", 1],
  ["a changed weight changes the weight only", { rs: { weight: 7 } }, "up 7", 1],
  [
    "a changed check restarts the counters and keeps the state",
    { rs: { check: tcpCheck({ interval: seconds(1) }) } },
    "up 3",
    0,
  ],
  ["a check that is taken away leaves it up", { rs: { check: { type: "none" } } }, "up 3", 0],
  [
    "another address is another machine",
    { rs: { address: address("10.0.0.2") } },
    "checking null",
    0,
  ],
  ["so is another port", { rs: { port: 8080 } }, "checking null", 0],
  ["a server that is made inactive is disabled", { rs: { active: false } }, "disabled null", 1],
  ["an address of the virtual server is no matter", { vs: { port: 443 } }, "up 3", 1],
];

for (const [name, changes, expected, failures] of reloads) {
  test(`at a reload ${name}`, () => {
    const nanny = reconfigure(upWithOneFailure, rules(changes), after(5000));
    assert.equal(stands(nanny), expected);
    assert.equal(nanny.parts[0]?.failures ?? 0, failures);
    if (nanny.health.state === "up") assert.equal(nanny.since, upWithOneFailure.since);
  });
}

test("a server that is made active again starts from nothing", () => {
  const disabled = reconfigure(upWithOneFailure, rules({ rs: { active: false } }), after(5000));
  assert.equal(stands(reconfigure(disabled, rules(), after(6000))), "checking null");
});

test("a failed server that gets quiesce enters at weight 0 without a new state", () => {
  const down = run(startNanny(rules(), start), failed, failed);
  const quiesced = reconfigure(down, rules(quiesce), after(5000));
  assert.equal(stands(quiesced), "down 0");
  assert.equal(quiesced.since, down.since);
});

test("a shorter reentry counts from the recovery, not from the reload", () => {
  const waiting = run(startNanny(rules(reentry), start), failed, failed, passed);
  const shorter = reconfigure(waiting, rules({ vs: { reentry: seconds(4) } }), after(5000));
  assert.equal(stands(shorter), "reentry null");
  assert.equal(wakeAt(shorter), after(7000));
});
