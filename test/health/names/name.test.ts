import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Answer, answered, learned, startName } from "../../../src/health/names/name.ts";
import { addMs, instant, seconds } from "../../../src/model/time.ts";
import { addresses } from "./hosts.ts";

const start = instant(0);

const answer = (four: string[] | null, six: string[] | null, ttl = 30): Answer => ({
  families: [
    { family: 4, addresses: four && addresses(...four) },
    { family: 6, addresses: six && addresses(...six) },
  ],
  ttl: seconds(ttl),
  trouble: four === null || six === null ? "no answer (ETIMEOUT)" : null,
});

const both = answer(["10.0.0.9", "10.0.0.10"], ["2001:db8::1"]);

describe("a host name", () => {
  it("stands for both families, in the order of the table, and is asked again after its TTL", () => {
    const name = answered(startName(null, start), both, false, start);
    assert.deepEqual(name.addresses, ["10.0.0.9", "10.0.0.10", "2001:db8::1"]);
    assert.deepEqual([name.source, name.askAt, name.answeredAt], ["resolver", 30_000, 0]);
    const quick = answered(name, answer(["10.0.0.9"], [], 0), false, start);
    assert.equal(quick.askAt, 1000);
    const slow = answered(name, answer(["10.0.0.9"], [], 604_800), false, start);
    assert.equal(slow.askAt, 3_600_000);
  });

  it("keeps what it had while the resolver fails, and asks again ever more rarely", () => {
    let name = answered(startName(null, start), both, false, start);
    const waits = [];
    for (let failure = 0; failure < 7; failure++) {
      name = answered(name, answer(null, null), false, start);
      waits.push(name.askAt / 1000);
    }
    assert.deepEqual(waits, [2, 4, 8, 16, 32, 60, 60]);
    assert.deepEqual(
      name.addresses,
      both.families.flatMap((each) => each.addresses ?? []),
    );
    assert.equal(name.trouble, "no answer (ETIMEOUT)");
    assert.equal(answered(name, both, false, start).failures, 0);
  });

  it("keeps a family that was not answered, and drops one that the name has no more", () => {
    const name = answered(startName(null, start), both, false, start);
    const half = answered(name, answer(["10.0.0.9"], null), false, start);
    assert.deepEqual(half.addresses, ["10.0.0.9", "2001:db8::1"]);
    const four = answered(name, answer(["10.0.0.9"], []), false, start);
    assert.deepEqual(four.addresses, ["10.0.0.9"]);
  });

  it("is never emptied, not even by an answer that there is no such name", () => {
    const name = answered(
      startName({ addresses: addresses("10.0.0.1"), answeredAt: instant(-5000) }, start),
      answer([], []),
      false,
      start,
    );
    assert.deepEqual([name.addresses, name.source], [["10.0.0.1"], "disk"]);
    assert.equal(name.trouble, "it has no address");
    assert.equal(name.answeredAt, -5000, "as old as the disk says");
  });

  it("is what the active router says, on the standby, until that is silent for a minute", () => {
    const name = learned(startName(null, start), addresses("10.0.0.7"), start);
    assert.deepEqual([name.addresses, name.source], [["10.0.0.7"], "peer"]);
    const relying = answered(name, both, true, addMs(start, seconds(59)));
    assert.deepEqual(relying.addresses, ["10.0.0.7"]);
    assert.equal(answered(relying, both, true, addMs(start, seconds(61))).source, "resolver");
    assert.equal(answered(relying, both, false, start).source, "resolver");
  });

  it("has at most sixteen addresses, the same ones whatever their order (any order)", () => {
    const many = Array.from({ length: 20 }, (_, at) => `10.0.0.${at + 1}`);
    fc.assert(
      fc.property(fc.shuffledSubarray(many, { minLength: 20 }), (shuffled) => {
        const name = answered(startName(null, start), answer(shuffled, []), false, start);
        assert.deepEqual(name.addresses, many.slice(0, 16));
      }),
    );
  });
});
