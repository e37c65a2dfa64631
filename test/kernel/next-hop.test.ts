import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  neighbourRequest,
  nextHopRequest,
  readNeighbour,
  readNextHop,
} from "../../src/kernel/next-hop.ts";
import { address } from "../table/tables.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

/** Recorded from Linux 6.18; in each the header, the message, then its attributes. */
const answers = {
  direct: `680000001800000000000000897a0000 02200000fe000001 00020000 08000f00fe000000
    080001000a4d0005 0800040003000000 080007000a4d0001 0800190000000000
    24000c00${"02000000".padEnd(64, "0")}`,
  gateway: `700000001800000000000000897a0000 02200000fe000001 00020000 08000f00fe000000
    080001000a580005 0800040003000000 080007000a4d0001 080005000a4d0009 0800190000000000
    24000c00${"02000000".padEnd(64, "0")}`,
  via: `800000001800000000000000897a0000 02200000fe000001 00020000 08000f00fe000000
    080001000a590005 0800040003000000 080007000a4d0001
    160012000a00fd7700000000000000000000000000090000 0800190000000000
    24000c00${"02000000".padEnd(64, "0")}`,
  own: `680000001800000000000000897a0000 02200000fe000002 00800200 08000f00fe000000
    080001000a4d0001 0800040001000000 080007000a4d0001 0800190000000000
    24000c00${"01000000".padEnd(64, "0")}`,
  noRoute: `380000000200000000000000897a0000 9bffffff
    240000001a000100000000000000000002200000000000000000000008000100c0000207`,
  asked: `400000001c00000000000000897a0000 02000000 03000000 01000001 080001000a4d0005
    0800040004000000 14000300ac1700003c0000003c00000002000000`,
  failed: `400000001c00000000000000087b0000 02000000 03000000 20000001 080001000a4d0005
    0800040006000000 14000300 4f190000df010000ac00000001000000`,
  permanent: `4c0000001c00000000000000897a0000 02000000 03000000 80000001 080001000a4d0006
    0a000200020000000001 0000 0800040000000000 140003003a0000003a0000003a00000001000000`,
  nobody: `380000000200000000000000897a0000 feffffff
    240000001e0001000000000000000000020000000300000000000000080001000a4d0007`,
} as const;
const to = address("10.77.0.5");

describe("the next machine on the way", () => {
  it("is asked for in the kernel's words", () => {
    assert.equal(
      hex(nextHopRequest(to)),
      hex(bytes("240000001a00010000000000 00000000 02200000 0000000000000000 080001000a4d0005")),
    );
    assert.equal(
      hex(neighbourRequest({ index: 3, address: address("fd77::9") })),
      hex(
        bytes(`300000001e00010000000000 00000000 0a000000 0300000000000000
          14000100fd770000000000000000000000000009`),
      ),
    );
  });

  it("is the other end itself, a gateway, or one of the other family; nobody for an own address", () => {
    const hop = (name: keyof typeof answers) => readNextHop(bytes(answers[name]), to);
    assert.deepEqual(hop("direct"), { index: 3, address: "10.77.0.5" });
    assert.deepEqual(hop("gateway"), { index: 3, address: "10.77.0.9" });
    assert.deepEqual(hop("via"), { index: 3, address: "fd77::9" });
    for (const name of ["own", "noRoute"] as const) assert.equal(hop(name), null);
  });

  it("has a network card, has been asked for one, or has none", () => {
    const state = (name: keyof typeof answers) => readNeighbour(bytes(answers[name]));
    assert.equal(state("permanent"), "fine");
    assert.equal(state("asked"), "asked");
    assert.equal(state("failed"), "failed");
    for (const name of ["nobody", "direct"] as const) assert.equal(state(name), null);
  });

  it("is not found in an answer that is cut off or spoiled, and nothing is thrown", () => {
    const whole = Object.values(answers).map(bytes);
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.nat({ max: 160 }),
        fc.nat({ max: 255 }),
        (answer, place, value) => {
          const spoiled = Uint8Array.from(answer);
          if (place < spoiled.length) spoiled[place] = value;
          for (const read of [answer.subarray(0, place), spoiled]) {
            readNextHop(read, to);
            readNeighbour(read);
          }
        },
      ),
    );
  });
});
