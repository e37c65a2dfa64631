import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  compareFitness,
  doubtfulLead,
  hasLinkFault,
  printUnfitness,
  unfitnessOf,
} from "../../src/failover/fitness.ts";
import type { Fault, FaultKind } from "../../src/model/router.ts";
import { Bench } from "./machine-bench.ts";

const fault = (kind: FaultKind, subject = "", count?: number): Fault => ({
  kind,
  subject,
  text: kind,
  ...(count === undefined ? {} : { count }),
});
const unfit = (...kinds: readonly FaultKind[]) => unfitnessOf(kinds.map((kind) => fault(kind)));

describe("how unfit a router is", () => {
  it("are its kinds of faults, the gravest first, and of partial ones how much", () => {
    const faults = [
      fault("vip", "a", 2),
      fault("link", "eth0"),
      fault("link", "eth1"),
      fault("vip", "b"),
    ];
    assert.deepEqual(unfitnessOf(faults), [
      { kind: "link", count: 1 },
      { kind: "vip", count: 3 },
    ]);
    assert.deepEqual(unfitnessOf([]), []);
    assert.equal(unfitnessOf([fault("vip", "a", 99_999)])[0]?.count, 65_535);
    assert.equal(printUnfitness(unfitnessOf(faults)), "link, vip (3)");
  });

  it("is compared by the gravest kind of which one has more", () => {
    assert.ok(compareFitness([], unfit("late")) > 0);
    assert.ok(compareFitness(unfit("late"), unfit("link")) > 0);
    assert.ok(compareFitness(unfit("link", "late"), unfit("link")) < 0);
    assert.equal(compareFitness(unfit("link"), unfit("link")), 0);
    const vips = (count: number) => unfitnessOf([fault("vip", "a", count)]);
    assert.ok(compareFitness(vips(1), vips(2)) > 0);
  });

  it("is in doubt where the arbiter or the checks alone decide", () => {
    assert.equal(doubtfulLead(unfit("arbiter"), []), "arbiter");
    assert.equal(doubtfulLead(unfit("checks"), []), "checks");
    assert.equal(doubtfulLead(unfit("link", "arbiter"), []), null);
    assert.equal(doubtfulLead([], unfit("arbiter")), null);
  });

  it("knows a link among its faults", () => {
    assert.deepEqual([hasLinkFault([fault("link")]), hasLinkFault([fault("vip")])], [true, false]);
  });
});

describe("a router that loses its fitness again and again", () => {
  const faults = (...list: readonly Fault[]) => ({ kind: "faults", faults: list }) as never;

  it("counts as unfit for a while after the second time, and no longer after each", () => {
    const bench = new Bench();
    const lose = (): void => {
      bench.feed(faults(fault("link", "eth0")));
      bench.now += 100;
      bench.feed(faults());
    };
    lose();
    assert.deepEqual(bench.router.faults, [], "the first time is forgiven at once");
    bench.now += 100;
    lose();
    assert.equal(bench.router.faults.length, 1, "held down");
    const lengths: number[] = [];
    for (let loss = 0; loss < 2; loss++) {
      const begin = bench.now;
      while (bench.router.faults.length > 0 && bench.now - begin < 60_000)
        bench.sleepUntil(bench.now + 100);
      lengths.push(bench.now - begin);
      lose();
    }
    assert.deepEqual(lengths, [1000, 2000]);
  });
});
