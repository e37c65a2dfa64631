import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checks } from "../../src/config/config.ts";
import { type Nanny, nannyRules, reconfigure, startNanny, step } from "../../src/health/nanny.ts";
import { addMs, instant, ms } from "../../src/model/time.ts";
import { realServer, tcpCheck, virtualServer } from "../table/configs.ts";

const start = instant(1000);
const rules = (check: Checks = tcpCheck({ fall: 1 }), weight = 3) =>
  nannyRules(virtualServer("web"), realServer("rs1", { weight, check }));
const stands = ({ health }: Nanny): string => `${health.state} ${health.tableWeight}`;

function tried(nanny: Nanny, weight: number | "fails" | null, which = 0): Nanny {
  const took = ms(1);
  const outcome =
    weight === "fails"
      ? ({ kind: "failed", took, why: "no" } as const)
      : ({ kind: "passed", took, ...(weight !== null && { weight }) } as const);
  return step(nanny, { kind: "tried", outcome, which }, addMs(start, ms(1)));
}

test("the weight that a check gives stands in the table in place of the configured one", () => {
  let nanny = tried(startNanny(rules(), start), null);
  assert.equal(stands(nanny), "up 3");
  for (const [weight, expected] of [
    [40, "up 40"],
    [0, "up 0"],
    [7, "up 7"],
    ["fails", "down null"],
    [9, "up 9"],
    [null, "up 3"],
  ] as const) {
    nanny = tried(nanny, weight);
    assert.equal(stands(nanny), expected);
  }
});

test("a failure that is not the last in a row leaves the weight as it was", () => {
  const nanny = tried(startNanny(rules(tcpCheck({ fall: 2 })), start), 40);
  assert.equal(stands(tried(nanny, "fails")), "up 40");
});

test("of several checks the lowest weight counts", () => {
  const both = {
    type: "several",
    any: false,
    checks: [tcpCheck(), tcpCheck({ port: 9 })],
  } as const;
  let nanny = startNanny(rules(both), start);
  nanny = tried(tried(nanny, 40), 8, 1);
  assert.equal(stands(nanny), "up 8");
  assert.equal(stands(tried(nanny, null, 1)), "up 40");
});

test("another configured weight changes nothing while a check gives one, another check does", () => {
  const nanny = tried(startNanny(rules(), start), 40);
  assert.equal(stands(reconfigure(nanny, rules(undefined, 5), start)), "up 40");
  const other = reconfigure(nanny, rules(tcpCheck({ port: 9 }), 5), start);
  assert.equal(stands(other), "up 5");
});

test("what the peer says of up and down leaves the weight that was known", () => {
  const nanny = tried(startNanny(rules(), start), 40);
  const told = step(nanny, { kind: "learned", standing: "up" }, start);
  assert.equal(stands(told), "up 40");
  assert.equal(stands(tried(told, 7)), "up 7");
});
