import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { radiusDialogue } from "../../../src/check/network/radius.ts";
import { whyOf } from "../transcript.ts";
import { hear, question, survives } from "./answers.ts";

describe("the request to a RADIUS server", () => {
  const random = Buffer.from("0123456789abcdefG");
  const session = { user: "probe", password: "geheim", secret: "xyzzy" };
  const begin = () => radiusDialogue(session, random);
  const answer =
    (code: number, secret = "xyzzy", message = "") =>
    (asked: Buffer): Buffer => {
      const attribute = message === "" ? [] : [18, message.length + 2, ...Buffer.from(message)];
      const bytes = Buffer.from([code, asked[1] ?? 0, 0, 20 + attribute.length]);
      const signature = createHash("md5")
        .update(bytes)
        .update(asked.subarray(4, 20))
        .update(Buffer.from(attribute))
        .update(secret)
        .digest();
      return Buffer.concat([bytes, signature, Buffer.from(attribute)]);
    };

  it("holds neither the password nor the secret in the clear", () => {
    const asked = question(begin()).toString("latin1");
    assert.ok(asked.includes("probe"));
    assert.ok(!asked.includes("geheim") && !asked.includes("xyzzy"));
  });

  it("passes on a signed Access-Accept, and on nothing that is spoiled", () => {
    assert.equal(hear(begin(), answer(2)).kind, "passed");
    survives(begin, answer(2));
    const spoiled = hear(begin(), (asked) => {
      const bytes = answer(3)(asked);
      bytes[0] = 2;
      return bytes;
    });
    assert.equal(spoiled.kind, "more");
  });

  it("takes an answer that another secret signed for none", () => {
    const dialogue = begin();
    assert.equal(hear(dialogue, answer(2, "other")).kind, "more");
    assert.match(dialogue.awaited?.() ?? "", /the secret of secret_file signed/);
  });

  it("says why it is rejected, without what is secret", () => {
    const said = whyOf(hear(begin(), answer(3, "xyzzy", "no geheim, no xyzzy")));
    assert.equal(said, 'unexpected: Access-Reject for "probe": "no ***, no ***"');
    assert.match(whyOf(hear(begin(), answer(11))), /Access-Challenge .+ not enough/);
    assert.match(whyOf(hear(begin(), answer(5))), /got code 5/);
  });

  it("is none when the password is longer than the protocol takes", () => {
    const long = radiusDialogue({ ...session, password: "x".repeat(129) }, random);
    assert.match(whyOf(long.open()), /^too-long: /);
  });
});
