import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Grip } from "../../src/failover/router.ts";
import { serviceWish } from "../../src/failover/service.ts";
import type { RouterState } from "../../src/model/router.ts";

describe("what the router is, for its services,", () => {
  const cases: readonly (readonly [
    RouterState,
    Grip,
    peerActive: boolean,
    wish: "run" | "rest" | "undecided",
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
  for (const [state, grip, peerActive, wish] of cases)
    it(`means ${wish} with ${state}, ${grip}, ${peerActive ? "an" : "no"} active peer`, () => {
      assert.equal(serviceWish({ state, grip }, peerActive), wish);
    });
});
