import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  decodeFacts,
  encodeFacts,
  type Fact,
  factBytesMax,
  factId,
  factsBytesMax,
  noFacts,
  refreshFacts,
} from "../../src/health/facts.ts";
import { noLoad } from "../../src/health/load/load.ts";
import { nannyRules, startNanny, step } from "../../src/health/nanny.ts";
import { knownWeight, readWeightFact, weightFact } from "../../src/health/weight-fact.ts";
import { isRefused } from "../../src/model/error.ts";
import { instant, ms } from "../../src/model/time.ts";
import { realServer, virtualServer } from "../table/configs.ts";

const fact = (key: number, ...body: number[]): Fact => ({
  kind: 1,
  key,
  body: Uint8Array.from(body),
});
const read = (bytes: Uint8Array) => {
  const heard = decodeFacts(bytes);
  assert(!isRefused<string>(heard), JSON.stringify(heard));
  return heard;
};
const plain = ({ kind, key, body }: Fact) => [kind, key, ...body];

describe("a section of facts", () => {
  it("is nothing without facts, and leaves what follows", () => {
    assert.equal(encodeFacts(noFacts).bytes.length, 0);
    const slice = Uint8Array.of(1, 2, 3);
    assert.deepEqual(read(slice), { facts: [], rest: slice });
  });

  it("is read as it was written, whatever follows it", () => {
    const { bytes } = encodeFacts(refreshFacts(noFacts, [fact(5, 9), fact(2 ** 48 - 1)]));
    const heard = read(Buffer.concat([bytes, Uint8Array.of(1, 7)]));
    assert.deepEqual(heard.facts.map(plain), [
      [1, 5, 9],
      [1, 2 ** 48 - 1],
    ]);
    assert.deepEqual([...heard.rest], [1, 7]);
  });

  it("says what changed first and three times, and walks round over the rest", () => {
    const all = Array.from({ length: 40 }, (_, key) => fact(key, ...new Uint8Array(50)));
    let outbox = refreshFacts(noFacts, all);
    const heard = new Set<number>();
    for (let beat = 0; beat < 40; beat++) {
      const next = encodeFacts(outbox);
      assert.ok(next.bytes.length <= factsBytesMax);
      for (const { key } of read(next.bytes).facts) heard.add(key);
      outbox = next.outbox;
    }
    assert.equal(heard.size, 40);
    outbox = refreshFacts(outbox, all.with(33, fact(33, 1)));
    for (let times = 0; times < 3; times++) {
      const next = encodeFacts(outbox);
      assert.ok(read(next.bytes).facts.some(({ key, body }) => key === 33 && body.length === 1));
      outbox = next.outbox;
    }
  });

  it("says all in time while more change than there is room for", () => {
    const longest = fact(0, ...new Uint8Array(factBytesMax));
    let outbox = noFacts;
    const heard = new Set<number>();
    for (let beat = 0; beat < 400; beat++) {
      const busy = Array.from({ length: 30 }, (_, key) => fact(key + 1, ...Array(50).fill(beat)));
      const next = encodeFacts(refreshFacts(outbox, [...busy, longest]));
      // A peer that comes late has missed what was new then.
      if (beat >= 100) for (const { key } of read(next.bytes).facts) heard.add(key);
      outbox = next.outbox;
    }
    assert.equal(heard.size, 31);
  });

  it("has room for a longest one", () => {
    const { bytes } = encodeFacts(
      refreshFacts(noFacts, [fact(1, ...new Uint8Array(factBytesMax))]),
    );
    assert.equal(read(bytes).facts[0]?.body.length, factBytesMax);
  });

  it("is refused when it is cut at any byte, and never throws (any bytes)", () => {
    const { bytes } = encodeFacts(refreshFacts(noFacts, [fact(5, 9), fact(6, 1, 2)]));
    for (let length = 1; length < bytes.length; length++)
      assert.ok(isRefused<string>(decodeFacts(bytes.subarray(0, length))), `${length} bytes`);
    fc.assert(
      fc.property(fc.uint8Array(), (tail) => {
        decodeFacts(Uint8Array.of(3, ...tail));
      }),
    );
  });

  it("keeps apart facts of two kinds with one key", () => {
    assert.notEqual(factId({ kind: 1, key: 2 }), factId({ kind: 2, key: 2 }));
  });
});

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
