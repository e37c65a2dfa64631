/**
 * The heartbeat's bytes: a datagram, its refusals, its signature. docs/heartbeat.md says the same
 * byte by byte.
 *
 * All numbers are in network order; times are whole microseconds. The header and the signature
 * never change between major versions, so that a peer of another version is known to be alive.
 * What is cheap to see is refused before the signature is computed: a flood of forgeries must cost
 * less than the heartbeat itself. Signature: HMAC-SHA256 (RFC 2104) over all bytes before it.
 */
import { timingSafeEqual } from "node:crypto";
import { isRefused, type Refused, refuse } from "../model/error.ts";
import {
  type FaultKind,
  partialKinds,
  reaches,
  routerStates,
  type Unfitness,
} from "../model/router.ts";
import { instant, ms } from "../model/time.ts";
import {
  bit,
  capped,
  echoBytes,
  hmacBytes,
  micros,
  never,
  putEcho,
  putHeader,
  putPath,
  putU64,
  readEcho,
  readHeader,
  refusedForm,
  type Seal,
  signatureBytes,
  u64,
  type WireRefusal,
} from "./header.ts";
import {
  type Echo,
  type Header,
  handOverCauses,
  handOverKinds,
  type Message,
  majorVersion,
  type PathEcho,
  pathsMax,
  strangersMax,
} from "./message.ts";

/** Leaves room for later fields when every other part is at its largest. */
export const digestBytesMax = 768;

/** What a datagram turned out to be. */
export type Decoded =
  | { readonly kind: "message"; readonly message: Message }
  /** Authentic, of a major version that we do not speak: proves life, says nothing more. */
  | { readonly kind: "version"; readonly header: Header };

/** Offsets of version 1, after the header. */
const at = {
  state: 72,
  facts: 73,
  handOverKind: 74,
  handOverCause: 75,
  handOverId: 76,
  term: 80,
  interval: 88,
  deadAfter: 92,
  holdFor: 96,
  serial: 100,
  hash: 104,
  termSeen: 120,
  faultCount: 128,
  pathCount: 129,
  strangerCount: 130,
  reach: 131,
  lists: 132,
} as const;

const pathEchoBytes = 12;
const optionHeaderBytes = 3;
const options = { digest: 1, counts: 2, unserved: 3 } as const;

const fact = {
  holds: 1,
  ready: 2,
  hears: 4,
  leaving: 8,
  manual: 16,
  suspended: 32,
  asks: 64,
} as const;

const nothing = new Uint8Array(0);
const sum = (total: number, length: number): number => total + length;

/** Codes are for ever; their order says nothing. */
const faultCodes: Readonly<Record<FaultKind, number>> = {
  claim: 1,
  table: 2,
  link: 3,
  arbiter: 4,
  late: 5,
  role: 6,
  service: 7,
  vip: 8,
  "virtual-server": 9,
  checks: 10,
  reach: 11,
};
const faultOfCode = new Map(
  Object.entries(faultCodes).map(([kind, code]) => [code, kind as FaultKind]),
);
/** More kinds than there are now, for peers of a later minor version. */
const faultsMax = 16;

/**
 * The datagram of `message` for the path of this number. Throws a RangeError when the digest or a
 * list is longer than the format allows: the caller has bounds to keep.
 */
export function encode(message: Message, path: number, seal: Seal): Uint8Array {
  if (message.digest.length > digestBytesMax)
    throw new RangeError(`a digest of ${message.digest.length} bytes is over ${digestBytesMax}`);
  if (message.paths.length > pathsMax || message.strangers.length > strangersMax)
    throw new RangeError("more paths or strangers than a heartbeat has room for");
  const faults =
    message.faults.length > faultsMax ? message.faults.slice(0, faultsMax) : message.faults;
  const listBytes =
    faults.length + message.paths.length * pathEchoBytes + message.strangers.length * echoBytes;
  const counts = countsOf(faults);
  const unserved = unservedOf(message);
  const optionBytes = [counts, unserved, message.digest].map(optionBytesOf).reduce(sum);
  const sign = seal.keys[0];
  const unsignedBytes = at.lists + listBytes + optionBytes;
  const bytes = Buffer.alloc(unsignedBytes + (sign === undefined ? 0 : hmacBytes));
  putHeader(bytes, message, path, seal);
  putFixed(bytes, message, faults.length);
  putLists(bytes, message, faults);
  let end = putOption(bytes, options.counts, counts, at.lists + listBytes);
  end = putOption(bytes, options.unserved, unserved, end);
  putOption(bytes, options.digest, message.digest, end);
  if (sign !== undefined) bytes.set(sign(bytes.subarray(0, unsignedBytes)), unsignedBytes);
  return bytes;
}

/** The same datagram for another path: its number and the signature differ. */
export function forPath(datagram: Uint8Array, path: number, seal: Seal): Uint8Array {
  const bytes = Buffer.from(datagram);
  putPath(bytes, path);
  const sign = seal.keys[0];
  if (sign === undefined) return bytes;
  const unsignedBytes = bytes.length - hmacBytes;
  bytes.set(sign(bytes.subarray(0, unsignedBytes)), unsignedBytes);
  return bytes;
}

function putFixed(bytes: Buffer, message: Message, faultCount: number): void {
  bytes.writeUInt8(routerStates.indexOf(message.state), at.state);
  const facts =
    bit(message.holds, fact.holds) |
    bit(message.ready, fact.ready) |
    bit(message.hears, fact.hears) |
    bit(message.leaving, fact.leaving) |
    bit(message.failback === "manual", fact.manual) |
    bit(message.suspended, fact.suspended) |
    bit(message.asks, fact.asks);
  bytes.writeUInt8(facts, at.facts);
  bytes.writeUInt8(handOverKinds.indexOf(message.handOver.kind), at.handOverKind);
  bytes.writeUInt8(handOverCauses.indexOf(message.handOver.cause), at.handOverCause);
  bytes.writeUInt32BE(message.handOver.id, at.handOverId);
  putU64(bytes, message.term, at.term);
  putU64(bytes, message.termSeen, at.termSeen);
  bytes.writeUInt32BE(capped(message.interval), at.interval);
  bytes.writeUInt32BE(capped(message.deadAfter), at.deadAfter);
  bytes.writeUInt32BE(capped(message.holdFor), at.holdFor);
  bytes.writeUInt32BE(message.config.serial >>> 0, at.serial);
  bytes.write(message.config.hash, at.hash, 16, "hex");
  bytes.writeUInt8(faultCount, at.faultCount);
  bytes.writeUInt8(message.paths.length, at.pathCount);
  bytes.writeUInt8(message.strangers.length, at.strangerCount);
  bytes.writeUInt8(reaches.indexOf(message.reach), at.reach);
}

const optionBytesOf = ({ length }: Uint8Array): number =>
  length > 0 ? optionHeaderBytes + length : 0;

/** Where the next option goes. One that is empty is left out. */
function putOption(bytes: Buffer, kind: number, value: Uint8Array, offset: number): number {
  if (value.length === 0) return offset;
  bytes.writeUInt8(kind, offset);
  bytes.writeUInt16BE(value.length, offset + 1);
  bytes.set(value, offset + optionHeaderBytes);
  return offset + optionHeaderBytes + value.length;
}

/** How much of each kind that has a count, in the order of the list. */
function countsOf(faults: readonly Unfitness[]): Uint8Array {
  const counted = faults.filter(({ kind }) => partialKinds.includes(kind));
  const bytes = Buffer.alloc(counted.length * 2);
  for (const [place, { count }] of counted.entries()) bytes.writeUInt16BE(count, place * 2);
  return bytes;
}

function unservedOf({ unserved }: Message): Uint8Array {
  if (unserved === 0) return nothing;
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(Math.min(unserved, 0xffff), 0);
  return bytes;
}

function putLists(bytes: Buffer, message: Message, faults: readonly Unfitness[]): void {
  let offset: number = at.lists;
  for (const { kind } of faults) bytes.writeUInt8(faultCodes[kind], offset++);
  for (const echo of message.paths) {
    putU64(bytes, echo === null ? 0 : micros(echo.sentAt), offset);
    bytes.writeUInt32BE(echo === null ? never : capped(echo.age), offset + 8);
    offset += pathEchoBytes;
  }
  for (const echo of message.strangers) {
    putEcho(bytes, echo, offset);
    offset += echoBytes;
  }
}

/**
 * Reads a datagram. Without keys a signature is passed over unread: who has agreed on none trusts
 * whoever speaks, and one that signs is no less the peer for it. `known` is asked about the header
 * before the signature is computed, so that replays cost little (`refusal` in peer.ts); it must
 * have no side effect, since the header may still be forged.
 */
export function decode<Reason extends string = never>(
  datagram: Uint8Array,
  seal: Seal,
  known?: (header: Header) => Refused<Reason> | null,
): Decoded | Refused<WireRefusal | Reason> {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const form = refusedForm(bytes, seal);
  if (form !== null) return form;
  const header = readHeader(bytes);
  if (header === null) return refuse("malformed", "a number in the header is out of range");
  const knownRefusal = known?.(header) ?? null;
  if (knownRefusal !== null) return knownRefusal;
  const bodyEnd = bytes.length - signatureBytes(bytes);
  if (seal.keys.length > 0) {
    const found = bytes.subarray(bodyEnd);
    const body = bytes.subarray(0, bodyEnd);
    if (!seal.keys.some((sign) => timingSafeEqual(found, sign(body))))
      return refuse("bad-hmac", `${bytes.length} bytes, boot id ${header.boot}`);
  }
  if (header.major !== majorVersion) return { kind: "version", header };
  const message = readBody(bytes.subarray(0, bodyEnd), header);
  return isRefused<WireRefusal>(message) ? message : { kind: "message", message };
}

function readBody(bytes: Buffer, header: Header): Message | Refused<WireRefusal> {
  if (bytes.length < at.lists) return refuse("short", `${bytes.length} bytes before the lists`);
  const faultCount = bytes.readUInt8(at.faultCount);
  const pathCount = bytes.readUInt8(at.pathCount);
  const strangerCount = bytes.readUInt8(at.strangerCount);
  if (faultCount > faultsMax || pathCount > pathsMax || strangerCount > strangersMax)
    return refuse("malformed", "a list is longer than it may be");
  const pathsStart = at.lists + faultCount;
  const strangersStart = pathsStart + pathCount * pathEchoBytes;
  const optionsStart = strangersStart + strangerCount * echoBytes;
  if (bytes.length < optionsStart) return refuse("short", "the lists are cut off");
  const state = routerStates[bytes.readUInt8(at.state)];
  const handOverKind = handOverKinds[bytes.readUInt8(at.handOverKind)];
  const cause = handOverCauses[bytes.readUInt8(at.handOverCause)];
  const term = u64(bytes, at.term);
  const termSeen = u64(bytes, at.termSeen);
  const interval = ms(bytes.readUInt32BE(at.interval) / 1000);
  const deadAfter = ms(bytes.readUInt32BE(at.deadAfter) / 1000);
  const paths = readPaths(bytes, pathsStart, pathCount);
  const strangers = readStrangers(bytes, strangersStart, strangerCount);
  const found = readOptions(bytes, optionsStart);
  if (state === undefined || handOverKind === undefined || cause === undefined)
    return refuse("malformed", "an unknown state or step of a hand-over");
  if (Number.isNaN(term) || Number.isNaN(termSeen) || interval <= 0 || deadAfter < interval)
    return refuse("malformed", "term, interval or dead_after is out of range");
  if (paths === null || strangers === null) return refuse("malformed", "an echo is out of range");
  if (found === null) return refuse("malformed", "an optional field overruns the datagram");
  const facts = bytes.readUInt8(at.facts);
  return {
    ...header,
    state,
    holds: (facts & fact.holds) !== 0,
    ready: (facts & fact.ready) !== 0,
    hears: (facts & fact.hears) !== 0,
    asks: (facts & fact.asks) !== 0,
    leaving: (facts & fact.leaving) !== 0,
    failback: (facts & fact.manual) !== 0 ? "manual" : "auto",
    suspended: (facts & fact.suspended) !== 0,
    handOver: { kind: handOverKind, id: bytes.readUInt32BE(at.handOverId), cause },
    term,
    termSeen,
    interval,
    deadAfter,
    holdFor: ms(bytes.readUInt32BE(at.holdFor) / 1000),
    config: {
      serial: bytes.readUInt32BE(at.serial),
      hash: bytes.toString("hex", at.hash, at.hash + 16),
    },
    faults: readFaults(bytes, faultCount, found.counts),
    unserved: found.unserved.length < 2 ? 0 : Buffer.from(found.unserved).readUInt16BE(0),
    reach: reaches[bytes.readUInt8(at.reach)] ?? "unknown",
    paths,
    strangers,
    digest: found.digest,
  };
}

const fit: readonly Unfitness[] = [];

/** A kind that a later version has invented makes the peer unfit all the same: the least grave. */
function readFaults(bytes: Buffer, count: number, counts: Uint8Array): readonly Unfitness[] {
  if (count === 0) return fit;
  const amounts = Buffer.from(counts);
  let place = 0;
  const next = (): number => {
    place += 2;
    return place <= amounts.length ? Math.max(1, amounts.readUInt16BE(place - 2)) : 1;
  };
  const codes = bytes.subarray(at.lists, at.lists + count);
  return Array.from(codes, (code): Unfitness => {
    const kind = faultOfCode.get(code) ?? "late";
    return { kind, count: partialKinds.includes(kind) ? next() : 1 };
  });
}

function readPaths(bytes: Buffer, start: number, count: number): (PathEcho | null)[] | null {
  const paths: (PathEcho | null)[] = [];
  for (let offset = start; paths.length < count; offset += pathEchoBytes) {
    const age = bytes.readUInt32BE(offset + 8);
    const sentAt = u64(bytes, offset) / 1000;
    if (Number.isNaN(sentAt)) return null;
    paths.push(age === never ? null : { sentAt: instant(sentAt), age: ms(age / 1000) });
  }
  return paths;
}

function readStrangers(bytes: Buffer, start: number, count: number): Echo[] | null {
  const strangers: Echo[] = [];
  for (let offset = start; strangers.length < count; offset += echoBytes) {
    const echo = readEcho(bytes, offset);
    if (echo === "malformed") return null;
    strangers.push(echo);
  }
  return strangers;
}

/** Options are type, length, value; unknown types are skipped. Null when one overruns the end. */
function readOptions(
  bytes: Buffer,
  start: number,
): Readonly<Record<keyof typeof options, Uint8Array>> | null {
  let digest = nothing;
  let counts = nothing;
  let unserved = nothing;
  let offset = start;
  while (offset < bytes.length) {
    if (bytes.length - offset < optionHeaderBytes) return null;
    const valueStart = offset + optionHeaderBytes;
    const valueEnd = valueStart + bytes.readUInt16BE(offset + 1);
    if (valueEnd > bytes.length) return null;
    const kind = bytes.readUInt8(offset);
    const value = (): Uint8Array<ArrayBuffer> =>
      new Uint8Array(bytes.subarray(valueStart, valueEnd));
    if (kind === options.digest) digest = value();
    if (kind === options.counts) counts = value();
    if (kind === options.unserved) unserved = value();
    offset = valueEnd;
  }
  return { digest, counts, unserved };
}
