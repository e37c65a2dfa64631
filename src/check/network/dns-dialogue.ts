/**
 * One question to a name server and the judgement of its answer (RFC 1035, sections 4 and 6), as a
 * dialogue over UDP or TCP. Loaded with its codec when a check first asks.
 */
import { type Answer, decode, encode, RECURSION_DESIRED, TRUNCATED_RESPONSE } from "dns-packet";
import { messageOf } from "../../model/error.ts";
import { type Dialogue, type DialogueAction, failed, more, passed } from "../dialogue.ts";
import { excerpt, printableLine } from "../excerpt.ts";
import type { DnsRecord } from "./dns.ts";

/** What is asked and what the answer must hold. */
export interface DnsQuestion {
  readonly protocol: "tcp" | "udp";
  readonly name: string;
  readonly record: DnsRecord;
  readonly expect: string | null;
  readonly regex: boolean;
}

/** Datagrams that are not the answer. */
const strangersMax = 16;
/** RFC 1035, section 4.2.2: over TCP the length stands before the message. */
const lengthBytes = 2;
const headerBytes = 12;
/** So much of the found data stands in a reason. */
const shownMax = 60;

/** `identifier`: 16 random bits. */
export function dnsDialogue(question: DnsQuestion, identifier: number): Dialogue {
  const { protocol, name, record } = question;
  const query = encode({
    type: "query",
    id: identifier,
    flags: RECURSION_DESIRED,
    questions: [{ type: record, name }],
  });
  const bytes = protocol === "udp" ? query : Buffer.concat([lengthOf(query), query]);
  const hear = protocol === "udp" ? datagrams(question, identifier) : stream(question, identifier);
  return {
    open: () => ({ kind: "say", bytes, answered: true }),
    hear,
    closed: () => failed("closed", "the connection was closed before the whole answer had come"),
  };
}

function lengthOf(message: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(message.length);
  return length;
}

/** Each piece is a message; those of other questions are not listened to. */
function datagrams(question: DnsQuestion, identifier: number): Dialogue["hear"] {
  let strangers = 0;
  return (bytes) => {
    const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (message.length >= headerBytes && message.readUInt16BE(0) === identifier)
      return judge(message, question);
    strangers += 1;
    if (strangers < strangersMax) return more;
    const what = `${strangers} datagrams, none of them the answer`;
    return failed("unreadable", `${what}: ${excerpt(bytes)}`);
  };
}

/** Gathers one message. */
function stream(question: DnsQuestion, identifier: number): Dialogue["hear"] {
  let heard = Buffer.alloc(0);
  return (bytes) => {
    heard = Buffer.concat([heard, bytes]);
    if (heard.length < lengthBytes + headerBytes) return more;
    const message = heard.subarray(lengthBytes, lengthBytes + heard.readUInt16BE(0));
    // Before the whole message has come: what speaks another protocol may promise 64 KiB.
    if (message.length < headerBytes || heard.readUInt16BE(lengthBytes) !== identifier)
      return failed("unreadable", `no DNS answer to this question: ${excerpt(heard)}`);
    if (heard.length < lengthBytes + heard.readUInt16BE(0)) return more;
    return judge(message, question);
  };
}

function judge(message: Buffer, question: DnsQuestion): DialogueAction {
  const { name, record, expect, regex } = question;
  let answer: ReturnType<typeof decode>;
  try {
    answer = decode(message);
  } catch (thrown) {
    return failed("unreadable", `no DNS message: ${messageOf(thrown)}`);
  }
  if (answer.type !== "response") return failed("unreadable", "the question came back, no answer");
  // @types/dns-packet leaves out the name of the response code, which the library gives.
  const code = String((answer as { rcode?: unknown }).rcode);
  if (code !== "NOERROR") return failed("unexpected", `${code} for ${name} ${record}`);
  if (expect === null) return passed;
  const found = (answer.answers ?? []).map(printData).filter((data) => data !== null);
  const miss = (): DialogueAction => {
    const shown = found.length === 0 ? "no record" : printableLine(found.join(", "), shownMax);
    const cut = ((answer.flags ?? 0) & TRUNCATED_RESPONSE) !== 0;
    const hint = cut ? " in an answer cut for UDP: use protocol: tcp" : "";
    return failed("unexpected", `${name} ${record}: ${expect} expected, got ${shown}${hint}`);
  };
  if (!regex) return found.some((data) => holds(data, expect)) ? passed : miss();
  const bytes = Buffer.from(found.join("\n"), "utf8");
  const wanted = { kind: "pattern", pattern: expect, reads: "text" } as const;
  return { kind: "match", wanted, bytes, next: (matched) => (matched ? passed : miss()) };
}

/** Names are compared without regard to case (RFC 4343) and to the dot at their end. */
const plain = (text: string): string => text.toLowerCase().replace(/\.$/, "");

/** Whether the data, or one field of it, is what is expected. */
const holds = (data: string, expect: string): boolean =>
  plain(data) === plain(expect) || data.split(" ").some((field) => plain(field) === plain(expect));

/** A record's data as zone files write it (RFC 1035, section 5); null: it is not compared. */
function printData(answer: Answer): string | null {
  switch (answer.type) {
    case "A":
    case "AAAA":
    case "CNAME":
    case "DNAME":
    case "NS":
    case "PTR":
      return answer.data;
    case "MX":
      return `${answer.data.preference} ${answer.data.exchange}`;
    case "SRV": {
      const { priority = 0, weight = 0, port, target } = answer.data;
      return `${priority} ${weight} ${port} ${target}`;
    }
    case "SOA": {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
      return [mname, rname, serial, refresh, retry, expire, minimum].join(" ");
    }
    case "TXT":
      return [answer.data].flat().map(String).join("");
    case "CAA":
      return `${answer.data.flags} ${answer.data.tag} ${answer.data.value}`;
    default:
      return null;
  }
}
