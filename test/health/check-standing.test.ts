import assert from "node:assert/strict";
import { test } from "node:test";
import { type Nanny, type NannyInput, shownCheck, startNanny } from "../../src/health/nanny.ts";
import { tcpCheck } from "../table/configs.ts";
import { failed, passed, rules, run, stands, start } from "./nannies.ts";

/** What each of several checks says, in order: `+0` the first passes, `-1` the second fails. */
function several(any: boolean, says: readonly string[]): Nanny {
  const checks = [tcpCheck({ fall: 1 }), { ...tcpCheck({ fall: 2 }), port: 9 }];
  const nanny = startNanny(rules({ rs: { check: { type: "several", any, checks } } }), start);
  const inputs = says.map((word): NannyInput => {
    if (word === "told up" || word === "told down")
      return { kind: "learned", standing: word === "told up" ? "up" : "down" };
    const { outcome } = (word.startsWith("+") ? passed : failed) as NannyInput & { kind: "tried" };
    return { kind: "tried", outcome, which: Number(word.slice(1)) };
  });
  return run(nanny, ...inputs);
}

const combinations: readonly (readonly [any: boolean, says: string[], state: string])[] = [
  [false, ["+0"], "checking null"],
  [false, ["+0", "+1"], "up 3"],
  [false, ["-0"], "down null"],
  [false, ["+0", "+1", "-1"], "up 3"],
  [false, ["+0", "+1", "-1", "-1"], "down null"],
  [false, ["+0", "+1", "-1", "-1", "+0"], "down null"],
  [false, ["+0", "+1", "-1", "-1", "+1"], "up 3"],
  [false, ["told up", "-0"], "down null"],
  [false, ["told down", "+0"], "down null"],
  [false, ["told down", "+0", "+1"], "up 3"],
  [true, ["-0"], "checking null"],
  [true, ["+1"], "up 3"],
  [true, ["-0", "-1"], "checking null"],
  [true, ["-0", "-1", "-1"], "down null"],
  [true, ["+0", "+1", "-0"], "up 3"],
  [true, ["told down", "+1"], "up 3"],
];

for (const [any, says, state] of combinations)
  test(`${any ? "any" : "all"} of two checks, after ${says.join(" ")}: ${state}`, () => {
    assert.equal(stands(several(any, says)), state);
  });

test("of several checks people see the one that explains the state, its reason behind its type", () => {
  const down = several(false, ["+0", "+1", "-1", "-1"]);
  assert.equal(down.cause, "tcp: connection refused (2 tries in a row)");
  assert.deepEqual(shownCheck(down), {
    type: "tcp",
    lastMs: 5,
    lastError: "tcp: connection refused",
  });
  assert.equal(shownCheck(several(true, ["-0", "+1"])).lastError, null);
  assert.equal(shownCheck(several(false, ["+0", "+1"])).lastError, null);
});
