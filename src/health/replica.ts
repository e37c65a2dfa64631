/**
 * Health for the peer: what the checking router knows, in slices that fit into a heartbeat.
 *
 * A slice is a bounded number of records; changed records go first and are said several times
 * (datagrams get lost), the rest of the room walks round and round over the whole picture. A
 * record is keyed by a hash of its real server's name and endpoint, so that the two routers need
 * not have the same configuration in the same order; what they share, they share.
 *
 * Layout of a slice, numbers in network order:
 *
 *     0   1  format, 1
 *     1   1  0
 *     2   2  records in this slice
 *     4   4  generation: changes with the sender's process and its set of real servers
 *     8   4  sequence: rises with each slice
 *     12  4  records in the whole picture
 *     16  6  per record: 46 bits of key, 2 bits of standing
 *
 * It does not know how slices travel; the heartbeat authenticates them and refuses replays.
 */
import { createHash } from "node:crypto";
import { type Refused, refuse } from "../model/error.ts";
import { addMs, type Instant, instant, type Ms, ms } from "../model/time.ts";
import { halfOfHold } from "./damping.ts";
import { checks, type Nanny } from "./nanny.ts";
import { type NannyRules, rampRules } from "./nanny-rules.ts";
import { halfOf } from "./ramp.ts";

/** What the sender knows: `unknown` while it has not found out itself. */
const standings = ["unknown", "up", "down"] as const;
export type Standing = (typeof standings)[number];

/** 46 bits: among 10,000 real servers two share a key once in a million configurations. */
export type RecordKey = number;

/** Standing by key: everything a router knows of the servers that are checked. */
export type Picture = ReadonlyMap<RecordKey, Standing>;

const format = 1;
const headBytes = 16;
const recordBytes = 6;

/** More records than any configuration has; bounds what a mad peer can make us remember. */
export const recordsMax = 262_144;

/** The key of a real server: its names and its endpoint. */
export const recordKey = (rules: NannyRules): RecordKey =>
  keyOf(`${rules.key}\n${rules.address}\n${rules.port}`);

/** The key of a virtual server's quorum; a peer that does not know of it passes it over. */
export const quorumKey = (virtualServer: string): RecordKey => keyOf(`quorum\n${virtualServer}`);

/**
 * The key of what is under way with a real server that has `slow_start` or `damping`: `down`, the
 * first half of its rise or of its hold; `up`, the second one; `unknown`, nothing. Always in the
 * picture, so that what begins and ends changes no set of keys.
 */
export const phaseKey = (rules: NannyRules): RecordKey =>
  keyOf(`phase\n${rules.key}\n${rules.address}\n${rules.port}`);

/** Whether there can be something under way. */
export const hasPhases = ({ slowStart, damping }: NannyRules): boolean =>
  slowStart > 0 || damping !== "off";

const phaseOf = ({ rules, ramp, flapping }: Nanny, now: Instant): Standing => {
  const half =
    flapping.heldUntil !== null && rules.damping !== "off"
      ? halfOfHold(rules.damping, flapping.heldUntil, now)
      : ramp === null
        ? null
        : halfOf(rampRules(rules), ramp);
  return half === null ? "unknown" : half === "first" ? "down" : "up";
};

const keyOf = (text: string): RecordKey =>
  Math.floor(createHash("sha256").update(text).digest().readUIntBE(0, 6) / 4);

/**
 * The picture that these nannies make, with the quorums that are sent. A server that waits for
 * reentry is down.
 */
export function pictureOf(
  nannies: Iterable<Nanny>,
  quorums: ReadonlyMap<string, boolean> = new Map(),
  now: Instant = instant(0),
): Picture {
  const picture = new Map<RecordKey, Standing>();
  for (const nanny of nannies) {
    if (!checks(nanny.rules)) continue;
    const key = recordKey(nanny.rules);
    const waits = nanny.recoveredAt !== null || nanny.flapping.heldUntil !== null;
    picture.set(key, picture.has(key) ? "unknown" : waits ? "down" : nanny.verdict);
    if (hasPhases(nanny.rules)) picture.set(phaseKey(nanny.rules), phaseOf(nanny, now));
  }
  for (const [name, quorate] of quorums) picture.set(quorumKey(name), quorate ? "up" : "down");
  return picture;
}

/** The sender's side. */
export interface Outbox {
  readonly generation: number;
  readonly sequence: number;
  readonly picture: Picture;
  /** The keys of the picture, and which of them is said next. */
  readonly keys: readonly RecordKey[];
  readonly cursor: number;
  /** How often changed records are still to be said out of turn. */
  readonly urgent: ReadonlyMap<RecordKey, number>;
}

/** A change survives the loss of two datagrams in a row without waiting for its turn. */
const urgentTimes = 3;

/**
 * `generation`: a random 32-bit number, so that a restarted sender is distinguished from its past.
 */
export const startOutbox = (generation: number): Outbox => ({
  generation: generation >>> 0,
  sequence: 0,
  picture: new Map(),
  keys: [],
  cursor: 0,
  urgent: new Map(),
});

/** The outbox with a new picture; records that changed become urgent. */
export function refreshOutbox(outbox: Outbox, picture: Picture): Outbox {
  const changed = Array.from(picture).filter(
    ([key, standing]) => outbox.picture.get(key) !== standing,
  );
  const sameKeys =
    picture.size === outbox.picture.size && changed.every(([key]) => outbox.picture.has(key));
  if (changed.length === 0 && sameKeys) return outbox;
  const urgent = new Map(Array.from(outbox.urgent).filter(([key]) => picture.has(key)));
  for (const [key] of changed) urgent.set(key, urgentTimes);
  if (sameKeys) return { ...outbox, picture, urgent };
  const generation = (outbox.generation + 1) >>> 0;
  return { ...outbox, generation, picture, urgent, keys: [...picture.keys()], cursor: 0 };
}

/** How many records fit into this many bytes. */
export const recordsIn = (bytes: number): number =>
  Math.max(0, Math.floor((bytes - headBytes) / recordBytes));

/** The next slice, of at most `bytesMax` bytes (at least 22), and the outbox after it. */
export function encodeSlice(
  outbox: Outbox,
  bytesMax: number,
): { readonly bytes: Uint8Array; readonly outbox: Outbox } {
  const room = recordsIn(bytesMax);
  const chosen = new Set<RecordKey>();
  const urgent = new Map(outbox.urgent);
  // A quarter of the room is kept for the walk: changes without end must not starve it.
  const urgentMax = outbox.keys.length <= room ? room : Math.floor((room * 3) / 4);
  for (const [key, times] of outbox.urgent) {
    if (chosen.size >= urgentMax) break;
    chosen.add(key);
    // Said ones go to the back of the queue.
    urgent.delete(key);
    if (times > 1) urgent.set(key, times - 1);
  }
  let { cursor } = outbox;
  for (let walked = 0; walked < outbox.keys.length && chosen.size < room; walked++) {
    chosen.add(outbox.keys[cursor] ?? 0);
    cursor = (cursor + 1) % outbox.keys.length;
  }
  const sequence = (outbox.sequence + 1) >>> 0;
  const bytes = writeSlice({ ...outbox, sequence }, chosen);
  return { bytes, outbox: { ...outbox, sequence, cursor, urgent } };
}

function writeSlice(outbox: Outbox, chosen: ReadonlySet<RecordKey>): Uint8Array {
  const bytes = Buffer.alloc(headBytes + chosen.size * recordBytes);
  bytes.writeUInt8(format, 0);
  bytes.writeUInt16BE(chosen.size, 2);
  bytes.writeUInt32BE(outbox.generation, 4);
  bytes.writeUInt32BE(outbox.sequence, 8);
  bytes.writeUInt32BE(outbox.keys.length, 12);
  let at = headBytes;
  for (const key of chosen) {
    const standing = standings.indexOf(outbox.picture.get(key) ?? "unknown");
    at = bytes.writeUIntBE(key * 4 + standing, at, recordBytes);
  }
  return bytes;
}

/** A slice that was read. */
export interface Slice {
  readonly generation: number;
  readonly sequence: number;
  /** Records in the sender's whole picture. */
  readonly total: number;
  readonly records: readonly (readonly [RecordKey, Standing])[];
}

/** format: of a kind that this version does not know. length: not as long as it says. */
export type SliceRefusal = "short" | "format" | "length" | "total" | "standing";

/** Reads a slice. */
export function decodeSlice(bytes: Uint8Array): Slice | Refused<SliceRefusal> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < headBytes) return refuse("short", `${view.length} bytes`);
  if (view.readUInt8(0) !== format) return refuse("format", `format ${view.readUInt8(0)}`);
  const count = view.readUInt16BE(2);
  if (view.length !== headBytes + count * recordBytes)
    return refuse("length", `${view.length} bytes for ${count} records`);
  const total = view.readUInt32BE(12);
  if (total > recordsMax || total < count) return refuse("total", `${count} of ${total} records`);
  const records: [RecordKey, Standing][] = [];
  for (let at = headBytes; at < view.length; at += recordBytes) {
    const number = view.readUIntBE(at, recordBytes);
    const standing = standings[number % 4];
    if (standing === undefined) return refuse("standing", `standing ${number % 4}`);
    records.push([Math.floor(number / 4), standing]);
  }
  return { generation: view.readUInt32BE(4), sequence: view.readUInt32BE(8), total, records };
}

interface InboxRecord {
  readonly standing: Standing;
  readonly generation: number;
  readonly sequence: number;
  readonly at: Instant;
}

/** The receiver's side: what the peer has said of late. */
export interface Inbox {
  /** Null: nothing was heard yet. */
  readonly latest: {
    readonly generation: number;
    readonly total: number;
    readonly at: Instant;
    /** How long a record holds without being said again. */
    readonly lifetime: Ms;
  } | null;
  /** The generation before: a straggler of it is not news. */
  readonly superseded: number | null;
  readonly records: ReadonlyMap<RecordKey, InboxRecord>;
}

export const emptyInbox: Inbox = { latest: null, superseded: null, records: new Map() };

/** Turns of the walk that a record outlives: it slows down to a quarter when much changes. */
const turnsMax = 6;

/** Heartbeats that may be late or lost on top of that. */
const intervalsLateMax = 4;

/** The inbox after a slice; `interval` is the peer's heartbeat interval. */
export function applySlice(inbox: Inbox, slice: Slice, now: Instant, interval: Ms): Inbox {
  const { generation, sequence, total } = slice;
  if (generation === inbox.superseded) return inbox;
  const turns = Math.ceil(total / Math.max(1, slice.records.length));
  const lifetime = ms((turns * turnsMax + intervalsLateMax) * interval);
  const records = new Map(
    Array.from(inbox.records).filter(([, record]) => now < addMs(record.at, lifetime)),
  );
  for (const [key, standing] of slice.records) {
    const known = records.get(key);
    const newer = known?.generation !== generation || ((sequence - known.sequence) | 0) >= 0;
    if (newer && (known !== undefined || records.size < recordsMax))
      records.set(key, { standing, generation, sequence, at: now });
  }
  const changed = inbox.latest !== null && inbox.latest.generation !== generation;
  return {
    latest: { generation, total, at: now, lifetime },
    superseded: changed ? (inbox.latest?.generation ?? null) : inbox.superseded,
    records,
  };
}

/** What the peer says of a server; null when it has not said anything of late. */
export function standingOf(inbox: Inbox, key: RecordKey, now: Instant): Standing | null {
  const record = inbox.records.get(key);
  return record !== undefined && isFresh(inbox, record.at, now) ? record.standing : null;
}

/** Whether the peer's whole picture has been heard and is fresh. */
export function isComplete(inbox: Inbox, now: Instant): boolean {
  const { latest } = inbox;
  if (latest === null || !isFresh(inbox, latest.at, now)) return false;
  let fresh = 0;
  for (const record of inbox.records.values())
    if (record.generation === latest.generation && isFresh(inbox, record.at, now)) fresh++;
  return fresh >= latest.total;
}

const isFresh = (inbox: Inbox, at: Instant, now: Instant): boolean =>
  inbox.latest !== null && now < addMs(at, inbox.latest.lifetime);
