import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encode } from "dns-packet";
import { type DnsQuestion, dnsDialogue } from "../../../src/check/network/dns-dialogue.ts";
import { whyOf } from "../transcript.ts";
import { hear, question, survives } from "./answers.ts";

describe("the question to a name server", () => {
  const www: DnsQuestion = {
    protocol: "udp",
    name: "www.example.org",
    record: "A",
    expect: "192.0.2.80",
    regex: false,
  };
  const answered =
    (address: string, id = 7) =>
    (): Buffer =>
      encode({
        type: "response",
        id,
        questions: [{ type: "A", name: "www.example.org" }],
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
});
