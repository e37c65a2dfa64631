import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { noLoad } from "../../src/health/load/load.ts";
import { nannyRules, startNanny, step } from "../../src/health/nanny.ts";
import { knownWeight, readWeightFact, weightFact } from "../../src/health/weight-fact.ts";
import { instant, ms } from "../../src/model/time.ts";
import { realServer, virtualServer } from "../table/configs.ts";

describe("a weight as a fact", () => {
  const start = instant(0);
  const rules = nannyRules(virtualServer("web"), realServer("rs1", { weight: 3 }));
  const weighed = (checkedWeight: number | null, load = noLoad) =>
    step(
      step(startNanny(rules, start), { kind: "weighed", checkedWeight }, start),
      { kind: "loaded", load },
      start,
    );
  const loads = [
    noLoad,
    { ...noLoad, factor: 0.123457 },
    { ...noLoad, factor: 0, connectionsMax: 30 },
    { ...noLoad, administrative: "drain", why: "the active router knows why" },
    { ...noLoad, administrative: "maint", why: "the active router knows why" },
    { ...noLoad, factor: 10, isUp: false, why: "the active router knows why" },
  ] as const;
  for (const load of loads)
    it(`is read as it was written: ${JSON.stringify(load)}`, () => {
      for (const weight of [null, 0, 253])
        assert.deepEqual(readWeightFact(weightFact(weighed(weight, load)).body), {
          checkedWeight: weight,
          load,
        });
    });

  it("is null where the bytes are none of it", () => {
    assert.equal(readWeightFact(new Uint8Array(3)), null);
    assert.equal(readWeightFact(Uint8Array.from([0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0])), null);
  });

  it("reaches a standby whose own tries say nothing, and gives way to them", () => {
    const told = step(startNanny(rules, start), { kind: "learned", standing: "up" }, start);
    const heavy = step(told, { kind: "weighed", checkedWeight: 40 }, start);
    assert.equal(heavy.health.tableWeight, 40);
    const down = step(heavy, { kind: "learned", standing: "down" }, start);
    const back = step(down, { kind: "learned", standing: "up" }, start);
    assert.equal(back.health.tableWeight, 40);
    assert.deepEqual(knownWeight(back), { checkedWeight: 40, load: noLoad });
    const outcome = { kind: "passed", took: ms(1), weight: 7 } as const;
    const own = step(back, { kind: "tried", outcome }, start);
    assert.equal(own.health.tableWeight, 7);
    assert.equal(step(own, { kind: "weighed", checkedWeight: 40 }, start), own);
  });
});
