import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { encode } from "dns-packet";
import fc from "fast-check";
import type { Dialogue, DialogueAction } from "../../src/check/dialogue.ts";
import { type DnsQuestion, dnsDialogue } from "../../src/check/network/dns-dialogue.ts";
import { ntpDialogue } from "../../src/check/network/ntp.ts";
import { radiusDialogue } from "../../src/check/network/radius.ts";
import { hidePassword } from "../../src/check/network/radius-packet.ts";
import { accepted, readText, refused } from "../config/texts.ts";
import { whyOf } from "./transcript.ts";

/** What is said first. */
function question(dialogue: Dialogue): Buffer {
  const action = dialogue.open();
  assert.equal(action.kind, "say");
  return Buffer.from(action.kind === "say" ? action.bytes : []);
}

/** Opens it and hands it one answer. */
function hear(dialogue: Dialogue, answer: (question: Buffer) => Buffer): DialogueAction {
  return dialogue.hear(answer(question(dialogue)));
}

/** Bytes of a server never throw, and pass only whole. */
function survives(begin: () => Dialogue, sound: (question: Buffer) => Buffer): void {
  const whole = sound(question(begin()));
  for (let length = 0; length < whole.length; length++)
    assert.notEqual(hear(begin(), () => whole.subarray(0, length)).kind, "passed", `${length}`);
  const changed = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(changed, { minLength: 1, maxLength: 8 }), (changes) => {
      const bytes = Buffer.from(whole);
      for (const { at, byte } of changes) bytes[at] = byte;
      hear(begin(), () => bytes);
    }),
  );
}

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

  it("hides a password as RFC 2865, section 7.1, has it", () => {
    const authenticator = Buffer.from("0f403f9473978057bd83d5cb98f4227a", "hex");
    const hidden = hidePassword(Buffer.from("arctangent"), "xyzzy5461", authenticator);
    assert.equal(hidden.toString("hex"), "0dbe708d93d413ce3196e43f782a0aee");
  });

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

describe("the question to a name server", () => {
  const www: DnsQuestion = {
    ...{ protocol: "udp", name: "www.example.org", record: "A" },
    ...{ expect: "192.0.2.80", regex: false },
  };
  const answered =
    (address: string, id = 7) =>
    (): Buffer =>
      encode({
        ...{ type: "response", id, questions: [{ type: "A", name: "www.example.org" }] },
        answers: [{ type: "A", name: "www.example.org", data: address }],
      });
  const udp = (changes: Partial<DnsQuestion> = {}) => dnsDialogue({ ...www, ...changes }, 7);
  const tcp = () => udp({ protocol: "tcp" });
  const framed = (message: Buffer): Buffer =>
    Buffer.concat([Buffer.of(message.length >> 8, message.length & 255), message]);

  it("passes on the expected record, whole and of this question", () => {
    assert.equal(hear(udp(), answered("192.0.2.80")).kind, "passed");
    survives(udp, answered("192.0.2.80"));
    assert.equal(hear(udp(), answered("192.0.2.80", 8)).kind, "more");
  });

  it("takes no address for another that begins like it", () => {
    assert.equal(
      whyOf(hear(udp(), answered("192.0.2.8"))),
      "unexpected: www.example.org A: 192.0.2.80 expected, got 192.0.2.8",
    );
  });

  it("reads an answer over TCP however it is cut", () => {
    const whole = framed(answered("192.0.2.80")());
    for (let place = 1; place < whole.length; place++) {
      const dialogue = tcp();
      dialogue.open();
      assert.equal(dialogue.hear(whole.subarray(0, place)).kind, "more", `${place}`);
      assert.equal(dialogue.hear(whole.subarray(place)).kind, "passed", `${place}`);
    }
    survives(tcp, () => whole);
  });

  it("has the length before the question over TCP", () => {
    const asked = question(tcp());
    assert.equal(asked.readUInt16BE(0), asked.length - 2);
  });

  it("is refused where it makes no sense", () => {
    const config = (check: string): string => `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  service:
    address: 192.0.2.2
    port: 53
    protocol: udp
    check: { type: dns, ${check} }
    real_servers: { rs1: { address: 10.0.0.1 } }
`;
    accepted(readText(config("name: ., record: DNSKEY")));
    const why = (check: string): string => refused(readText(config(check)))[0]?.message ?? "";
    assert.match(why("record: DNSKEY, expect: x"), /data of DNSKEY records is not compared/);
    assert.match(why(`name: ${"x".repeat(64)}.org`), /name/);
    assert.match(why("record: AXFR"), /AXFR/);
  });
});
