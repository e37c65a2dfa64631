import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GraphStore, keptServersMax, type Sample } from "../../../src/daemon/graphs/graph-store.ts";
import { tiers } from "../../../src/daemon/graphs/tiers.ts";
import type { Rates } from "../../../src/kernel/ipvs-rates.ts";

const web = { name: "web", services: ["tcp 192.0.2.1:80"], active: 3, inactive: 5 };
const at = Date.parse("2026-01-01T00:00:00Z");

const counted = (connections: number): Rates => ({
  ...{ connections, packets_in: 0, packets_out: 0 },
  ...{ bytes_in: connections * 100, bytes_out: connections * 1000 },
});

function sample(connections: number | null, more: Partial<Sample> = {}): Sample {
  const totals =
    connections === null ? null : new Map([["tcp 192.0.2.1:80", counted(connections)]]);
  return { totals, servers: [web], paths: [{ name: "public", rtt: 0.5 }], ...more };
}

function lineOf(store: GraphStore, name: string, of: string | null = "web", day = false) {
  const report = store.report(of, day ? "day" : "hours", at);
  return report?.lines.find((line) => line.name === name)?.values;
}

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
