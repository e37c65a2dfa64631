import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Bench, kinds } from "./machine-bench.ts";

describe("a router that starts", () => {
  it("waits for a peer that has yet to prove itself, but not for ever", () => {
    const bench = new Bench();
    bench.feed({ kind: "wake" }, { kind: "ready" });
    const unproven = { echo: null, hears: false };
    let claimedAt = 0;
    while (claimedAt === 0 && bench.now < 20_000) {
      bench.hear({ ...unproven, sequence: bench.now + 1 });
      if (kinds(bench.sleepUntil(bench.now + 250)).includes("claim")) claimedAt = bench.now;
    }
    assert.ok(claimedAt >= 12_000 && claimedAt <= 12_250, `at ${claimedAt}`);
  });
});
