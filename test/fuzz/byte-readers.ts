/** The readers of bytes: datagrams, frames, dialogues of checks, the kernel's answers. */
import { createHmac } from "node:crypto";
import { possessionsCharactersMax } from "../../src/advice/findings/possessions.ts";
import type { Dialogue, DialogueAction } from "../../src/check/dialogue.ts";
import { HttpAnswer } from "../../src/check/http-answer.ts";
import { decodeBfd, encodeBfd } from "../../src/check/network/bfd-packet.ts";
import { bfdWakeAt, startBfd, stepBfd } from "../../src/check/network/bfd-session.ts";
import { dialogueOf } from "../../src/check/send-expect.ts";
import { readSyn } from "../../src/connections/syn.ts";
import { decodeDemand, decodeReply, encodeMessage } from "../../src/control/cluster-messages.ts";
import { decodeFacts, encodeFacts, noFacts, refreshFacts } from "../../src/health/facts.ts";
import { readAgent } from "../../src/health/load/agent.ts";
import { loadPerCore } from "../../src/health/load/prometheus.ts";
import { readPort, readStats } from "../../src/health/load/rstat.ts";
import { readWho } from "../../src/health/load/rwho.ts";
import { readLoad } from "../../src/health/load/written.ts";
import { addressFact, readAddressFact } from "../../src/health/names/address-fact.ts";
import { decodeSlice } from "../../src/health/replica.ts";
import { readWeightFact } from "../../src/health/weight-fact.ts";
import { hmacBytes, sealOf } from "../../src/heartbeat/header.ts";
import { decode, encode } from "../../src/heartbeat/wire.ts";
import { announcements, claimIn, macFromText, probe } from "../../src/kernel/frames.ts";
import { problemsCharactersMax } from "../../src/keys/problem.ts";
import { type HostName, type IpAddress, parseAddress } from "../../src/model/address.ts";
import { isRefused } from "../../src/model/error.ts";
import { instant, ms } from "../../src/model/time.ts";
import { FrameReader } from "../../src/system/net/frame-reader.ts";
import { key, sample, signed, unsigned } from "../heartbeat/sample.ts";
import { bytesOf, promised, type Reader, type Readers } from "./reader.ts";

const hash = "0f".repeat(32);
const problem = { file: "/c", line: 1, column: 1, message: "m", hint: null };

/** A datagram of the peer's key whatever it says: so the reader gets past the signature. */
function resigned(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, Math.max(0, bytes.length - hmacBytes));
  return Buffer.concat([body, createHmac("sha256", key).update(body).digest()]);
}

const heartbeat = (): Reader => ({
  samples: [
    encode(sample, 1, signed),
    encode(sample, 0, unsigned),
    encode({ ...sample, handOver: { kind: "none", id: 0, cause: "none" } }, 0, signed),
  ],
  read(bytes) {
    for (const each of [bytes, resigned(bytes)])
      for (const seal of [signed, unsigned, sealOf([key, key])]) {
        const decoded = decode(each, seal);
        if (isRefused<string>(decoded) || decoded.kind !== "message") continue;
        const again = decode(encode(decoded.message, 0, signed), signed);
        promised(!isRefused(again), "what was understood can be said");
        const slice = decodeSlice(decoded.message.digest);
        promised(slice !== undefined, "a digest is read or refused");
      }
  },
});

/** As this version and the one before say it. */
const prepare = {
  kind: "prepare",
  text: "serial: 1\n",
  serial: 1,
  hash,
  replaces: [hash],
  force: false,
  bounded: true,
};

const clusterMessages = (): Reader => ({
  samples: [
    bytesOf(JSON.stringify(prepare)),
    encodeMessage({ kind: "commit", hash }),
    encodeMessage({ kind: "good" }),
    encodeMessage({ kind: "bad", fault: "text", problems: [problem, problem] }),
    encodeMessage({ kind: "possessions" }),
    encodeMessage({
      kind: "possessions",
      possessions: {
        files: { "/a": hash, "/b": null },
        networks: { eth0: ["10.0.0.0/8"] },
        clock: 1,
        version: "1",
        configHash: hash,
      },
    }),
  ],
  read(bytes) {
    decodeDemand(bytes);
    const reply = decodeReply(bytes);
    const most = problemsCharactersMax + 2 * possessionsCharactersMax;
    promised(JSON.stringify(reply).length < 2 * most, "an answer is bounded");
  },
});

const frames = (): Reader => {
  const framed = (length: number, body: string): Uint8Array => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    return Buffer.concat([head, Buffer.from(body)]);
  };
  return {
    samples: [framed(3, "abc"), Buffer.concat([framed(1, "a"), framed(0, ""), framed(2, "bc")])],
    read(bytes, pieces) {
      const inPieces = new FrameReader(1024);
      const whole = new FrameReader(1024);
      const found: Uint8Array[] = [];
      for (const piece of pieces) {
        const some = inPieces.push(Buffer.from(piece));
        if (some === "too-large") return;
        found.push(...some);
      }
      const all = whole.push(Buffer.from(bytes));
      promised(
        all !== "too-large" && Buffer.concat([...all]).equals(Buffer.concat(found)),
        "cuts mean nothing",
      );
    },
  };
};

/** Runs a dialogue to its end as its driver does. */
export function converse(dialogue: Dialogue, pieces: readonly Uint8Array[]): void {
  let ended = false;
  const take = (action: DialogueAction): void => {
    if (action.kind === "match") take(action.next(action.bytes.length % 2 === 0));
    else if (action.kind === "say") ended = !action.answered;
    else ended = action.kind !== "more";
    if (action.kind === "failed") promised(/^[\x20-\x7e]{0,300}$/.test(action.why), "plain words");
  };
  take(dialogue.open());
  for (const piece of pieces) {
    if (ended) return;
    take(dialogue.hear(piece));
  }
  if (!ended) take(dialogue.closed());
}

const httpAnswers = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.0 404 No\nX: a\n b\n\nrest",
  "HTTP/1.1 204 No Content\r\n\r\n",
];

const checkAnswers = (): Reader => ({
  samples: [...httpAnswers, "220 mail ESMTP\r\n250 ok\r\n", "+OK\r\n"].map(bytesOf),
  read(_bytes, pieces) {
    for (const method of ["GET", "HEAD"] as const) {
      const answer = new HttpAnswer(method);
      let more = true;
      for (const piece of pieces) if (more) more = answer.hear(piece).kind === "more";
      if (more) answer.closed();
    }
    const greeting = { kind: "bytes", bytes: bytesOf("220 ") } as const;
    const regex = { kind: "regex", pattern: "2[0-9]+ .*ok" } as const;
    const said = bytesOf("HELO\r\n");
    converse(
      dialogueOf([
        { send: null, expect: greeting },
        { send: said, expect: regex },
      ]),
      pieces,
    );
    converse(dialogueOf([{ send: said, expect: greeting }]), pieces);
  },
});

const address = (text: string): IpAddress => {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};

const packets = (): Reader => {
  const mac = macFromText("02:00:00:00:00:01");
  const syn =
    "4500002800004000400600" + "00c0a81a32c0a81a0adc500050fffffffe000000005002000000000000";
  return {
    samples: [
      ...announcements(mac, address("192.0.2.10"), false),
      ...announcements(mac, address("fd00::10"), true),
      probe(mac, address("192.0.2.10")),
      Buffer.from(syn, "hex"),
    ],
    read(bytes) {
      claimIn(bytes);
      readSyn(bytes, true);
    },
  };
};

/** Packets of BFD, into a session that is new and one that is up. */
const bfd = (): Reader => {
  const at = instant(1000);
  const rules = { minTx: ms(50), minRx: ms(50), multiplier: 3, passive: false };
  const init = {
    state: "init" as const,
    diagnostic: 0,
    poll: false,
    final: false,
    demand: false,
    multiplier: 3,
    mine: 2,
    yours: 1,
    minTx: ms(50),
    minRx: ms(50),
  };
  const fresh = startBfd(rules, 1, at);
  const moment = { now: at, random: 0.5 };
  const { session: up } = stepBfd(fresh, { kind: "heard", packet: init }, moment);
  return {
    samples: [init, { ...init, state: "down", yours: 0 } as const, { ...init, poll: true }].map(
      encodeBfd,
    ),
    read(bytes) {
      const packet = decodeBfd(bytes);
      if (isRefused<string>(packet)) return;
      const again = decodeBfd(encodeBfd(packet));
      promised(!isRefused(again), "what was understood can be said");
      for (const before of [fresh, up]) {
        const { session, packets } = stepBfd(before, { kind: "heard", packet }, moment);
        promised(packets.length <= 1, "one answer to a packet at most");
        const isKnown = packet.yours === 1 || before.state === "up";
        promised(session.state !== "up" || isKnown, "it is up with those who know it");
        promised((bfdWakeAt(session) ?? at) >= at, "its next wake is none of the past");
      }
    },
  };
};

/** What the peer says beyond up and down, and what machines say of their load. */
const facts = (): Reader => {
  const weight = { kind: 1, key: 7, body: new Uint8Array(11) };
  const addresses = addressFact("app" as HostName, [address("192.0.2.10"), address("fd00::10")]);
  const { bytes: section } = encodeFacts(refreshFacts(noFacts, [weight, addresses]));
  const who = Buffer.alloc(60);
  who.set([1, 1], 0);
  who.write("host", 12);
  return {
    samples: [section, who, bytesOf("up 50% maxconn:3 #why"), bytesOf("load average: 0.1, 1, 2")],
    read(bytes) {
      const heard = decodeFacts(bytes);
      if (!isRefused<string>(heard))
        for (const { body } of heard.facts) {
          readWeightFact(body);
          const found = readAddressFact(body);
          promised(
            found === null || found.length <= 16,
            "a name has a bounded number of addresses",
          );
        }
      readWho(bytes);
      readStats(bytes, 7);
      readPort(bytes, 7);
      const text = Buffer.from(bytes).toString("latin1");
      const said = readAgent(text);
      promised("trouble" in said || (said.percent ?? 0) >= 0, "a weight is none below 0");
      const load = readLoad(text);
      promised(typeof load !== "number" || load >= 0, "a load is none below 0");
      loadPerCore(text);
    },
  };
};

export const byteReaders: Readers = {
  facts,
  heartbeat,
  "cluster-messages": clusterMessages,
  "cluster-frames": frames,
  "check-answers": checkAnswers,
  packets,
  bfd,
};
