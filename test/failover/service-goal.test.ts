import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { VipHold } from "../../src/failover/router.ts";
import { serviceGoal } from "../../src/failover/service.ts";
import type { RouterState } from "../../src/model/router.ts";

describe("what the router is, for its services,", () => {
  const cases: readonly (readonly [
    RouterState,
    VipHold,
    peerActive: boolean,
    goal: "run" | "rest" | "undecided",
  ])[] = [
    ["active", "held", false, "run"],
    ["active", "held", true, "run"],
    ["active", "releasing", false, "rest"],
    ["standby", "claiming", false, "rest"],
    ["standby", "none", true, "rest"],
    ["fault", "none", false, "rest"],
    ["fault", "stuck", false, "rest"],
    ["starting", "none", false, "undecided"],
    ["starting", "claiming", false, "undecided"],
    ["starting", "none", true, "rest"],
  ];
  for (const [state, vipHold, peerActive, goal] of cases)
    it(`means ${goal} with ${state}, ${vipHold}, ${peerActive ? "an" : "no"} active peer`, () => {
      assert.equal(serviceGoal({ state, vipHold }, peerActive), goal);
    });
});
