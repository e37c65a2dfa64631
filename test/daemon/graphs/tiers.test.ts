import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GraphStore } from "../../../src/daemon/graphs/graph-store.ts";
import { tiers } from "../../../src/daemon/graphs/tiers.ts";
import { at, lineOf, sample } from "./counted.ts";

describe("the tiers of the graphs", () => {
  it("keeps three hours in small steps and a day in large ones, and no more", () => {
    const store = new GraphStore();
    const { hours, day } = tiers;
    const samples = day.length * day.of + 45;
    for (let step = 0; step < samples; step += 1) store.take(sample(step * 30));
    assert.equal(lineOf(store, "connections")?.length, hours.length);
    const coarse = lineOf(store, "connections", "web", true);
    assert.deepEqual([coarse?.length, new Set(coarse)], [day.length, new Set([1])]);
    // Five small steps have begun the next large one.
    const { ended } = store.report("web", "day", at) ?? assert.fail();
    assert.equal(Date.parse(ended), at - 5 * hours.step * 1000);
  });
});
