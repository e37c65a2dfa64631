import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ntpDialogue } from "../../../src/check/network/ntp.ts";
import { whyOf } from "../transcript.ts";
import { hear, question, survives } from "./answers.ts";

describe("the question to a time server", () => {
  const nonce = Buffer.from("12345678");
  const begin = (stratum = 15) => ntpDialogue(stratum, nonce);
  const answer =
    (first: number, stratum: number, reference = "\0\0\0\0") =>
    (asked: Buffer): Buffer => {
      const bytes = Buffer.alloc(48);
      bytes[0] = first;
      bytes[1] = stratum;
      bytes.write(reference, 12, "latin1");
      asked.copy(bytes, 24, 40, 48);
      return bytes;
    };

  it("is a packet of a client of version 4 (RFC 5905)", () => {
    const asked = question(begin());
    assert.equal(asked.length, 48);
    assert.equal(asked[0], 0x23);
    assert.equal(asked.toString("latin1", 40), "12345678");
  });

  it("passes on a synchronised server", () => {
    assert.equal(hear(begin(), answer(0x24, 2)).kind, "passed");
    survives(begin, answer(0x24, 2));
  });

  const failures: readonly [string, number, number, string, RegExp][] = [
    ["an unsynchronised clock", 0xe4, 2, "", /not synchronised/],
    ["stratum 16", 0x24, 16, "", /not synchronised/],
    ["a high stratum", 0x24, 9, "", /stratum 9, expected at most 4/],
    ["the kiss of death", 0xe4, 0, "RATE", /refuses to serve \(kiss of death "RATE"\)/],
    ["another client", 0x23, 2, "", /mode is 3/],
  ];
  for (const [name, first, stratum, reference, why] of failures)
    it(`fails on ${name}`, () => {
      assert.match(whyOf(hear(begin(4), answer(first, stratum, reference))), why);
    });

  it("does not listen to answers to other questions, and not for ever", () => {
    const dialogue = begin();
    dialogue.open();
    for (let count = 1; count < 16; count++)
      assert.equal(dialogue.hear(Buffer.alloc(48)).kind, "more");
    assert.match(whyOf(dialogue.hear(Buffer.alloc(48))), /^unreadable: 16 datagrams/);
  });
});
