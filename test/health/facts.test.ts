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
import { isRefused } from "../../src/model/error.ts";

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
