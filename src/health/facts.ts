/**
 * Facts for the peer that are more than up or down: the weight of a real server, the addresses of a
 * name. In sections that fit into a heartbeat's digest before the slice of health (replica.ts).
 *
 * A fact is some bytes under a kind and a key. Facts that changed go first and are said several
 * times (datagrams get lost), the rest of the room walks round over all, and each fourth section is
 * the walk's alone: changes without end must not starve it. A router that has none sends no section.
 *
 * Layout, numbers in network order:
 *
 *     0   1  format, 3
 *     1   1  facts in this section
 *     2   2  bytes of this section
 *     4      per fact: 1 kind, 6 key, 2 length, and so many bytes
 */
import { createHash } from "node:crypto";
import { type Refused, refuse } from "../model/error.ts";

const format = 3;
const headBytes = 4;
const factHeadBytes = 9;

/** The longest body: sixteen IPv6 addresses with their lengths. */
export const factBytesMax = 280;
/** Room for a longest fact, whatever else a digest has. */
export const factsBytesMax = headBytes + factHeadBytes + factBytesMax;

/** What facts are about. A kind that is not known is passed over. */
export const factKinds = { weight: 1, addresses: 2 } as const;

export interface Fact {
  readonly kind: number;
  /** 48 bits. */
  readonly key: number;
  readonly body: Uint8Array;
}

export const factKey = (text: string): number =>
  createHash("sha256").update(text).digest().readUIntBE(0, 6);

/** One fact among all. */
export const factId = ({ kind, key }: Pick<Fact, "kind" | "key">): string => `${kind} ${key}`;

/** The sender's side. */
export interface FactsOutbox {
  readonly facts: ReadonlyMap<string, Fact>;
  /** Which of them is said next, in their order. */
  readonly cursor: number;
  /** How often changed ones are still to be said out of turn. */
  readonly urgent: ReadonlyMap<string, number>;
  /** Sections said, counted up to `walkEvery`. */
  readonly turn: number;
}

/** One section in so many begins with the walk. */
const walkEvery = 4;

/** A change survives the loss of two datagrams in a row without waiting for its turn. */
const urgentTimes = 3;

export const noFacts: FactsOutbox = {
  facts: new Map(),
  cursor: 0,
  urgent: new Map(),
  turn: 0,
};

/** The outbox with these facts; those that changed become urgent. */
export function refreshFacts(outbox: FactsOutbox, facts: readonly Fact[]): FactsOutbox {
  const next = new Map(facts.map((fact) => [factId(fact), fact]));
  const urgent = new Map(Array.from(outbox.urgent).filter(([id]) => next.has(id)));
  for (const [id, { body }] of next) {
    const known = outbox.facts.get(id);
    if (known === undefined || Buffer.compare(known.body, body) !== 0) urgent.set(id, urgentTimes);
  }
  return { ...outbox, facts: next, urgent };
}

/** The next section, of at most `bytesMax` bytes, and the outbox after it. */
export function encodeFacts(
  outbox: FactsOutbox,
  bytesMax = factsBytesMax,
): { readonly bytes: Uint8Array; readonly outbox: FactsOutbox } {
  const { facts } = outbox;
  if (facts.size === 0) return { bytes: new Uint8Array(0), outbox };
  const chosen = new Map<string, Buffer>();
  let end = headBytes;
  const take = (id: string): boolean => {
    const fact = facts.get(id);
    if (fact === undefined || chosen.has(id)) return true;
    if (end + factHeadBytes + fact.body.length > bytesMax || chosen.size === 255) return false;
    chosen.set(id, encodeFact(fact));
    end += factHeadBytes + fact.body.length;
    return true;
  };
  const turn = (outbox.turn + 1) % walkEvery;
  const urgent = new Map(outbox.urgent);
  for (const [id, times] of outbox.urgent) {
    if (turn === 0 || !take(id)) break;
    // Said ones go to the back of the queue.
    urgent.delete(id);
    if (times > 1) urgent.set(id, times - 1);
  }
  const ids = [...facts.keys()];
  let cursor = outbox.cursor % ids.length;
  for (let walked = 0; walked < ids.length; walked++) {
    if (!take(ids[cursor] ?? "")) break;
    cursor = (cursor + 1) % ids.length;
  }
  const head = Buffer.from([format, chosen.size, end >> 8, end & 0xff]);
  return {
    bytes: Buffer.concat([head, ...chosen.values()]),
    outbox: { facts, cursor, urgent, turn },
  };
}

function encodeFact({ kind, key, body }: Fact): Buffer {
  const head = Buffer.alloc(factHeadBytes);
  head.writeUInt8(kind, 0);
  head.writeUIntBE(key, 1, 6);
  head.writeUInt16BE(body.length, 7);
  return Buffer.concat([head, body]);
}

export interface HeardFacts {
  readonly facts: readonly Fact[];
  /** What follows: a slice of health, or nothing. */
  readonly rest: Uint8Array;
}

export type FactsRefusal = "facts-length";

/** Reads the front of a digest; one without a section has no fact. */
export function decodeFacts(digest: Uint8Array): HeardFacts | Refused<FactsRefusal> {
  const bytes = Buffer.from(digest.buffer, digest.byteOffset, digest.length);
  if (bytes[0] !== format) return { facts: [], rest: digest };
  const length = bytes.length < headBytes ? 0 : bytes.readUInt16BE(2);
  if (length < headBytes || length > bytes.length)
    return refuse("facts-length", `${length} of ${bytes.length} bytes`);
  const facts: Fact[] = [];
  let at = headBytes;
  while (at + factHeadBytes <= length) {
    const body = at + factHeadBytes;
    const end = body + bytes.readUInt16BE(at + 7);
    if (end > length) break;
    const kind = bytes.readUInt8(at);
    const key = bytes.readUIntBE(at + 1, 6);
    facts.push({ kind, key, body: bytes.subarray(body, end) });
    at = end;
  }
  if (at !== length || facts.length !== bytes.readUInt8(1))
    return refuse("facts-length", `${length} bytes for ${bytes.readUInt8(1)} facts`);
  return { facts, rest: bytes.subarray(length) };
}
