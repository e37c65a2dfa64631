import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GraphStore, keptServersMax } from "../../../src/daemon/graphs/graph-store.ts";
import { at, lineOf, sample, web } from "./counted.ts";

describe("the graphs' store", () => {
  it("makes rates of what was counted since the step before", () => {
    const store = new GraphStore();
    for (const connections of [1000, 1300, 1900]) store.take(sample(connections));
    assert.deepEqual(lineOf(store, "connections"), [null, 10, 20]);
    assert.deepEqual(lineOf(store, "bytes_out", null), [null, 10_000, 20_000]);
    assert.deepEqual(lineOf(store, "active"), [3, 3, 3]);
    assert.deepEqual(store.report(null, "hours", at)?.paths, [
      { name: "public", rtt_ms: [0.5, 0.5, 0.5] },
    ]);
    assert.deepEqual(store.report("web", "hours", at)?.paths, []);
  });

  it("counts a service that was made anew from 0, and a new one too", () => {
    const store = new GraphStore();
    store.take(sample(3000));
    store.take(sample(600));
    store.take(sample(600, { totals: new Map() }));
    store.take(sample(300));
    assert.deepEqual(lineOf(store, "connections"), [null, 20, 0, 10]);
  });

  it("has gaps where this router was not active, and where time was missed", () => {
    const store = new GraphStore();
    store.take(sample(0));
    store.take(sample(300));
    store.take(sample(null));
    store.take(sample(900));
    store.skip(2);
    store.take(sample(1200));
    store.take(sample(1500));
    assert.deepEqual(lineOf(store, "connections"), [null, 10, null, null, null, null, null, 10]);
    assert.deepEqual(lineOf(store, "active"), [3, 3, null, 3, null, null, 3, 3]);
  });

  it("forgets servers that are gone, and keeps a bounded number", () => {
    const store = new GraphStore();
    store.take(sample(0));
    const many = Array.from({ length: keptServersMax + 5 }, (_, number) => ({
      ...web,
      name: `s${number}`,
    }));
    store.take(sample(30, { servers: many }));
    assert.equal(store.report("web", "hours", at), null);
    assert.notEqual(store.report(`s${keptServersMax - 1}`, "hours", at), null);
    assert.equal(store.report(`s${keptServersMax}`, "hours", at), null);
    store.skip(1e9);
    assert.equal(store.report("s0", "hours", at), null);
    store.take(sample(0));
    assert.deepEqual(lineOf(store, "active"), [3]);
  });
});
