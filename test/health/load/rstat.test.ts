import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { portCall, readPort, readStats, statsCall } from "../../../src/health/load/rstat.ts";

const id = 0xabcd1234;
const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [at, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * at);
  return bytes;
};
/** An accepted reply without a verifier (RFC 5531, section 9). */
const accepted = (...results: readonly number[]): Buffer => words(id, 1, 0, 0, 0, 0, ...results);
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

describe("the calls", () => {
  it("ask the port mapper for rstatd over UDP, and rstatd for its statistics", () => {
    assert.deepEqual(portCall(id), words(id, 0, 2, 100_000, 2, 3, 0, 0, 0, 0, 100_001, 3, 17, 0));
    assert.deepEqual(statsCall(id), words(id, 0, 2, 100_001, 3, 1, 0, 0, 0, 0));
  });
});

describe("the replies", () => {
  it("have a port, or the port mapper knows none", () => {
    assert.equal(readPort(accepted(32_771), id), 32_771);
    for (const port of [0, 65_536])
      assert.deepEqual(readPort(accepted(port), id), {
        trouble: "the port mapper knows no rstatd over UDP",
      });
  });

  it("have the load of the last minute in 256ths behind 18 words", () => {
    assert.equal(readStats(accepted(...zeros(18), 384, 1, 2), id), 1.5);
    assert.deepEqual(readStats(accepted(...zeros(18)), id), { trouble: "a short reply" });
  });

  it("may have a verifier, whose length is rounded up to whole words", () => {
    const verified = words(id, 1, 0, 1, 5, 0x61626364, 0x65000000, 0, 111);
    assert.equal(readPort(verified, id), 111);
  });

  it("to another call, or a call, are none", () => {
    assert.equal(readPort(accepted(111), id + 1), null);
    assert.equal(readPort(words(id, 0, 2), id), null);
    assert.equal(readStats(Buffer.alloc(3), id), null);
  });

  it("that refuse say why", () => {
    const refused = (status: number) => readStats(words(id, 1, 0, 0, 0, status), id);
    assert.deepEqual(refused(1), { trouble: "the program is not there" });
    assert.deepEqual(refused(2), { trouble: "it has another version" });
    assert.deepEqual(refused(77), { trouble: "status 77" });
    assert.deepEqual(readPort(words(id, 1, 1), id), { trouble: "the call was denied" });
  });

  it("that were cut, or have a verifier beyond the bound of 400 bytes, are short", () => {
    const whole = accepted(...zeros(18), 384);
    for (let length = 12; length < whole.length; length += 1)
      assert.deepEqual(readStats(whole.subarray(0, length), id), { trouble: "a short reply" });
    assert.deepEqual(readPort(words(id, 1, 0, 1, 404), id), { trouble: "a short reply" });
  });
});
