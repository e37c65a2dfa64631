import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sipDialogue } from "../../../src/check/voice/sip.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { whyOf } from "../transcript.ts";
import { aim, answered, good } from "./answered.ts";

const random = new Uint8Array(32).fill(7);

const sip = (protocol: "udp" | "tcp" = "tcp") =>
  sipDialogue({ user: "lvsd", protocol, status: good }, { aim, random });

describe("sip", () => {
  it("asks in the form of RFC 3261, for an answer at the place that it comes from", () => {
    const [said, action] = answered(sip("udp"), "SIP/2.0 200 OK\r\nVia: x\r\n\r\n");
    assert.equal(action.kind, "passed");
    assert.match(said, /^OPTIONS sip:192\.0\.2\.1:5060 SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP /);
    assert.match(said, /;branch=z9hG4bK07070707[0-9a-f]*;rport\r\n/);
    assert.match(said, /\r\nContent-Length: 0\r\n\r\n$/);
    const six = { address: "2001:db8::1" as IpAddress, port: 5061 };
    const options = { user: "u", protocol: "tls", status: good } as const;
    const [saidSix] = answered(sipDialogue(options, { aim: six, random }), "");
    assert.match(saidSix, /^OPTIONS sip:\[2001:db8::1\]:5061;transport=tls SIP/);
    assert.match(saidSix, /From: <sip:u@lvsd\.invalid>;tag=/);
  });

  it("waits behind interim answers, and judges the status however it is cut", () => {
    const answer = "SIP/2.0 100 Trying\r\nVia: x\r\n\r\nSIP/2.0 200 OK\r\n";
    for (let place = 0; place <= answer.length; place++) {
      const dialogue = sip();
      answered(dialogue, answer.slice(0, place));
      const action = dialogue.hear(Buffer.from(answer.slice(place)));
      if (place < answer.length) assert.equal(action.kind, "passed", `cut at ${place}`);
    }
  });

  it("passes over requests and answers to others, over UDP", () => {
    const branch = `z9hG4bK${"07".repeat(12)}`;
    const via = (of: string): string => `Via: SIP/2.0/UDP x;rport=5;branch=${of}\r\n`;
    const ours = `SIP/2.0 200 OK\r\n${via(branch)}\r\n`;
    const others = [
      `OPTIONS sip:lvsd@192.0.2.9 SIP/2.0\r\n${via("z9hG4bKother")}\r\n`,
      `SIP/2.0 503 Down\r\n${via("z9hG4bKother")}Call-ID: 1\r\n\r\n`,
      `SIP/2.0 100 Trying\r\nv: SIP/2.0/UDP x ; branch=${branch}\r\nf: y\r\n\r\n`,
      "SIP/2.0 100 Trying\r\nCall-ID: 1\r\n\r\n",
      "\r\n\r\n",
    ];
    for (const other of others) {
      const dialogue = sip("udp");
      assert.equal(answered(dialogue, other)[1].kind, "more", other);
      assert.equal(dialogue.hear(Buffer.from(ours)).kind, "passed", other);
    }
    const refused = sip("udp");
    answered(refused, others.join(""));
    assert.match(
      whyOf(refused.hear(Buffer.from(ours.replace("200 OK", "503 No")))),
      /"SIP\/2\.0 503 No"$/,
    );
    assert.match(whyOf(answered(sip("udp"), (others[0] ?? "").repeat(20))[1]), /interim answers/);
  });

  it("names the status, and what is no answer", () => {
    const why = (answer: string, protocol: "udp" | "tcp" = "tcp") =>
      whyOf(answered(sip(protocol), answer)[1]);
    assert.equal(
      why("SIP/2.0 404 Not here\r\n"),
      'unexpected: status 200-299 expected after OPTIONS, got "SIP/2.0 404 Not here"',
    );
    assert.equal(
      why("HTTP/1.1 200 OK\r\n"),
      'unexpected: SIP/2.0 and a status expected after OPTIONS, got "HTTP/1.1 200 OK"',
    );
    assert.match(why("SIP/2.0 100 Trying\r\n\r\n".repeat(20)), /interim answers/);
    // A datagram is whole, with or without the end of its line.
    assert.match(why("garbage", "udp"), /got "garbage"$/);
    assert.equal(answered(sip("tcp"), "garbage")[1].kind, "more");
  });
});
