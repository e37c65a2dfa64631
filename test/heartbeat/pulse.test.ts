import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sealOf } from "../../src/heartbeat/header.ts";
import {
  decodePulse,
  encodePulse,
  type PulseFamily,
  type PulseOrder,
  type PulseState,
  partsOf,
} from "../../src/heartbeat/pulse.ts";
import { decode, encode } from "../../src/heartbeat/wire.ts";
import { isRefused } from "../../src/model/error.ts";
import { words } from "../lab/piranha/machine.ts";
import { sample } from "./sample.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const of = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Piranha's words as they are on the wire. */
const onWire: readonly (readonly [PulseFamily, PulseState, PulseOrder, string])[] = [
  ["lvs", "running", "little", "dadbadbd"],
  ["lvs", "running", "big", "bdaddbda"],
  ["lvs", "stopped", "little", "bddabdad"],
  ["lvs", "stopped", "big", "adbddabd"],
  ["fos", "running", "little", "bebaefbe"],
  ["fos", "running", "big", "beefbabe"],
  ["fos", "stopped", "little", "efbeadde"],
  ["fos", "stopped", "big", "deadbeef"],
];

describe("a word of pulse", () => {
  for (const [family, state, order, bytes] of onWire)
    it(`${family} ${state} is ${bytes} from a ${order}-endian router`, () => {
      assert.equal(hex(encodePulse(state, family, order)), bytes);
      const read = decodePulse(of(bytes), family);
      assert.deepEqual(isRefused(read) ? read : { ...read, rest: read.rest.length }, {
        word: state,
        order,
        rest: 0,
      });
    });

  for (const [text, word] of [
    ["be ba af de", "hold"],
    ["de af ba be", "hold"],
    ["da da af de", "hold"],
    ["da da ad de", "stop-me"],
    ["de ad da da", "stop-me"],
  ] as const)
    for (const family of ["lvs", "fos"] as const)
      it(`${text} is ${word} in a pair of ${family}`, () => {
        const read = decodePulse(of(text), family);
        assert.equal(isRefused(read) ? read.refused : read.word, word);
      });

  it("is read from the first four bytes, whatever stands behind them", () => {
    const read = decodePulse(of("dadbadbd 0102030405"), "lvs");
    assert.ok(!isRefused(read));
    assert.equal(read.word, "running");
    assert.equal(hex(read.rest), "0102030405");
  });

  it("is refused when it is short, another family's, or none", () => {
    const whole = of("dadbadbd");
    for (let length = 0; length < 4; length++)
      assert.deepEqual(decodePulse(whole.subarray(0, length), "lvs"), {
        refused: "short",
        detail: `${length} bytes`,
      });
    for (const text of ["bebaefbe", "deadbeef"]) {
      const read = decodePulse(of(text), "lvs");
      assert.ok(isRefused(read));
      assert.equal(read.refused, "incompatible");
      assert.match(read.detail, /a pair with service = fos/);
    }
    const read = decodePulse(of("4c565344"), "lvs");
    assert.deepEqual(read, { refused: "incompatible", detail: "starts with 4c565344" });
  });

  it("is another word, or none, with any bit turned", () => {
    for (const [family, state, , text] of onWire)
      for (let bit = 0; bit < 32; bit++) {
        const bytes = of(text);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const read = decodePulse(bytes, family);
        assert.ok(isRefused(read) || read.word !== state, `${text}, bit ${bit}`);
      }
  });

  it("is what the double of Piranha says and understands", () => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(words.stopped);
    assert.equal(hex(encodePulse("stopped", "lvs", "little")), hex(bytes));
  });
});

describe("a datagram of a router with protocol auto", () => {
  const seal = sealOf([new Uint8Array(32).fill(7)]);
  const own = encode(sample, 1, seal);
  const both = encodePulse("running", "lvs", "little", own);

  it("is a word for who speaks pulse, and a signed heartbeat for who speaks lvsd's own", () => {
    const pulse = partsOf(both, "pulse", "lvs");
    assert.ok(!isRefused(pulse));
    assert.equal(pulse.word?.word, "running");
    assert.equal(pulse.own, null);
    for (const protocol of ["lvsd", "auto"] as const) {
      const parts = partsOf(both, protocol, "lvs");
      assert.ok(!isRefused(parts) && parts.own !== null);
      assert.deepEqual(decode(parts.own, seal), { kind: "message", message: sample });
      assert.equal(parts.word?.word ?? null, protocol === "auto" ? "running" : null);
    }
  });

  it("is the heartbeat alone once both can, and a word alone from Piranha", () => {
    const upgraded = partsOf(own, "auto", "lvs");
    assert.ok(!isRefused(upgraded) && upgraded.own !== null);
    assert.equal(upgraded.word, null);
    assert.deepEqual(decode(upgraded.own, seal), { kind: "message", message: sample });
    const word = partsOf(encodePulse("stopped", "lvs", "big"), "auto", "lvs");
    assert.ok(!isRefused(word));
    assert.deepEqual([word.own, word.word?.word, word.word?.order], [null, "stopped", "big"]);
  });

  it("is no word of pulse when it is lvsd's own alone", () => {
    const refused = partsOf(own, "pulse", "lvs");
    assert.ok(isRefused(refused));
    assert.equal(refused.refused, "incompatible");
  });

  it("is taken apart without a throw, whatever its bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom("lvsd" as const, "pulse" as const, "auto" as const),
        fc.constantFrom("lvs" as const, "fos" as const),
        (bytes, protocol, family) => {
          const parts = partsOf(bytes, protocol, family);
          if (isRefused(parts)) return;
          assert.ok(parts.own !== null || parts.word !== null);
          if (parts.own !== null) decode(parts.own, seal);
        },
      ),
    );
  });
});
