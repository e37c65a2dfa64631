/** The dialogues of checks whose answers are packets, and those of databases. */
import { createHash } from "node:crypto";
import { encode } from "dns-packet";
import { memcachedDialogue } from "../../src/check/database/memcached.ts";
import { redisDialogue } from "../../src/check/database/redis.ts";
import type { Dialogue } from "../../src/check/dialogue.ts";
import { dnsDialogue } from "../../src/check/network/dns-dialogue.ts";
import { ntpDialogue } from "../../src/check/network/ntp.ts";
import { radiusDialogue } from "../../src/check/network/radius.ts";
import { judgeHealth } from "../../src/check/web/grpc-health.ts";
import { converse } from "./byte-readers.ts";
import { bytesOf, promised, type Reader, type Readers } from "./reader.ts";

const name = "www.example.org";
const dnsAnswers = [
  encode({
    type: "response",
    id: 7,
    questions: [{ type: "A", name }],
    answers: [
      { type: "A", name, data: "192.0.2.1" },
      { type: "MX", name, data: { preference: 1, exchange: name } },
      { type: "SRV", name, data: { port: 1, target: name } },
      { type: "TXT", name, data: ["a", "b"] },
      { type: "CAA", name, data: { tag: "issue", value: "x", flags: 0 } },
      { type: "SOA", name, data: { mname: name, rname: name } },
    ],
  }),
];

const dnsReader = (): Reader => ({
  samples: dnsAnswers,
  read(bytes, pieces) {
    const question = { name, record: "A", expect: "192.0.2.2", regex: false } as const;
    converse(dnsDialogue({ ...question, protocol: "udp" }, 7), [bytes]);
    converse(dnsDialogue({ ...question, regex: true, protocol: "udp" }, 7), [bytes]);
    // Over TCP: the length stands before the message.
    const framed = Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]);
    converse(dnsDialogue({ ...question, protocol: "tcp" }, 7), [framed.subarray(0, 1), framed]);
    converse(dnsDialogue({ ...question, protocol: "tcp" }, 7), pieces);
  },
});

const random = Buffer.from("0123456789abcdef\u0007");
const secret = "secret";

/** As a server that knows the secret would sign it, so that the reader gets past the signature. */
function signed(bytes: Uint8Array): Uint8Array {
  const packet = Buffer.from(bytes);
  if (packet.length < 20) return packet;
  packet[1] = 7;
  packet.writeUInt16BE(packet.length % 65_536, 2);
  createHash("md5")
    .update(packet.subarray(0, 4))
    .update(random.subarray(0, 16))
    .update(packet.subarray(20))
    .update(secret)
    .digest()
    .copy(packet, 4);
  return packet;
}

const radiusReader = (): Reader => ({
  samples: [Buffer.from(`\u0003\u0007\0\u001a${"\0".repeat(16)}\u0012\u0006no!!`)],
  read(bytes) {
    const session = { user: "probe", password: "geheim", secret };
    for (const answer of [bytes, signed(bytes)])
      converse(radiusDialogue(session, random), [answer]);
  },
});

const ntpReader = (): Reader => ({
  samples: [Buffer.concat([Buffer.of(0x24, 2), Buffer.alloc(46)])],
  read(bytes) {
    const answer = Buffer.from(bytes);
    random.copy(answer, 24, 0, 8);
    converse(ntpDialogue(4, random), [answer]);
    converse(ntpDialogue(4, random), [bytes]);
  },
});

const redisReader = (): Reader => ({
  samples: ["+OK\r\n+PONG\r\n*3\r\n$6\r\nmaster\r\n", "-ERR no\r\n", "VERSION 1\r\n"].map(bytesOf),
  read(_bytes, pieces) {
    const begin: readonly (() => Dialogue)[] = [
      () => redisDialogue({ user: "a", password: "geheim", role: "master" }),
      () => redisDialogue({ user: null, password: null, role: "any" }),
      () => memcachedDialogue({ user: "a", password: "geheim" }),
      () => memcachedDialogue({ user: null, password: null }),
    ];
    for (const each of begin) converse(each(), pieces);
  },
});

const grpcReader = (): Reader => ({
  samples: [Buffer.from([0, 0, 0, 0, 2, 8, 1]), Buffer.from([0, 0, 0, 0, 4, 0x12, 0, 8, 2])],
  read(bytes) {
    const head = { status: 200, type: "application/grpc", code: "0", message: "" };
    const refusal = judgeHealth({ ...head, body: bytes });
    promised(/^[\x20-\x7e]{0,300}$/.test(refusal?.why ?? ""), "plain words");
  },
});

export const checkReaders: Readers = {
  "dns-answers": dnsReader,
  "radius-answers": radiusReader,
  "ntp-answers": ntpReader,
  "redis-answers": redisReader,
  "grpc-answers": grpcReader,
};
