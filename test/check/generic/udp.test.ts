import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, settled } from "../settled.ts";

const udp = (keys: string) => settled(`type: udp, ${keys}`, "udp");
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

test("an empty datagram is sent, and silence passes", () => {
  assert.deepEqual(settled("type: udp", "udp"), {
    type: "udp",
    address: null,
    port: null,
    send: bytes(""),
    expect: null,
    reply: false,
  });
});

test("an expected text needs an answer; escapes stand for their bytes in both", () => {
  assert.deepEqual(udp("send: '\\x01\\r', expect: 'OK\\n'"), {
    type: "udp",
    address: null,
    port: null,
    send: bytes("\x01\r"),
    expect: { kind: "bytes", bytes: bytes("OK\n") },
    reply: true,
  });
});

test("a pattern is kept as it is written, and an answer alone may be enough", () => {
  assert.deepEqual(udp("expect: '^\\xff.', regex: true"), {
    type: "udp",
    address: null,
    port: null,
    send: bytes(""),
    expect: { kind: "regex", pattern: "^\\xff." },
    reply: true,
  });
  assert.deepEqual(udp("reply: true"), {
    type: "udp",
    address: null,
    port: null,
    send: bytes(""),
    expect: null,
    reply: true,
  });
});

const refusals: readonly [keys: string, why: RegExp][] = [
  ["expect: x, reply: false", /`expect` needs an answer/],
  ["send: '\\q'", /unknown escape/],
  ["expect: '\\q'", /unknown escape/],
  ["expect: '(', regex: true", /expect/],
];
for (const [keys, why] of refusals)
  test(`udp with ${keys} is refused`, () =>
    assert.match(refusal(`type: udp, ${keys}`, "udp"), why));
