/**
 * The bytes of pulse, Piranha's heartbeat: one 32-bit word in the byte order of its sender, which
 * says whether the sender is active. No identity, no sequence, no signature. docs/heartbeat.md has
 * the words.
 *
 * Piranha reads four bytes of a datagram and ignores the rest, so a datagram may carry more behind
 * them: with `protocol: auto`, a whole heartbeat of lvsd's own (`wire.ts`).
 */
import { isRefused, type Refused, refuse } from "../model/error.ts";

/** What the pair has: virtual servers (`lvs`), or failover services alone (`fos`). */
export type PulseFamily = "lvs" | "fos";
export type PulseOrder = "little" | "big";

/** What a router says of itself. */
export type PulseState = "running" | "stopped";
/**
 * `hold`: a sign of life and nothing else. `stop-me`: the sender takes over, the receiver is to go
 * inactive.
 */
export type PulseWord = PulseState | "hold" | "stop-me";

/** Why a datagram is no word for this pair. */
export type PulseRefusal = "short" | "incompatible";

export interface PulseBeat {
  readonly word: PulseWord;
  readonly order: PulseOrder;
  /** What stands behind the word. */
  readonly rest: Uint8Array;
}

/** Length of a word. */
export const pulseBytes = 4;

const states: Readonly<Record<PulseFamily, Readonly<Record<PulseState, number>>>> = {
  lvs: { running: 0xbdad_dbda, stopped: 0xadbd_dabd },
  fos: { running: 0xbeef_babe, stopped: 0xdead_beef },
};
const hold = 0xdeaf_babe;
const held = 0xdeaf_dada;
const stopMe = 0xdead_dada;

/** The datagram that says this. */
export function encodePulse(
  state: PulseState,
  family: PulseFamily,
  order: PulseOrder,
  rest: Uint8Array = nothing,
): Uint8Array {
  const bytes = Buffer.alloc(pulseBytes + rest.length);
  if (order === "little") bytes.writeUInt32LE(states[family][state]);
  else bytes.writeUInt32BE(states[family][state]);
  bytes.set(rest, pulseBytes);
  return bytes;
}

const nothing = new Uint8Array(0);

function wordOf(value: number, family: PulseFamily): PulseWord | null {
  if (value === states[family].running) return "running";
  if (value === states[family].stopped) return "stopped";
  if (value === hold || value === held) return "hold";
  return value === stopMe ? "stop-me" : null;
}

/**
 * Reads a datagram of a pair of this family. Piranha knows its own byte order only; here both are
 * read, so that the answer can be given in the peer's.
 */
export function decodePulse(
  datagram: Uint8Array,
  family: PulseFamily,
): PulseBeat | Refused<PulseRefusal> {
  if (datagram.length < pulseBytes) return refuse("short", `${datagram.length} bytes`);
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const rest = datagram.subarray(pulseBytes);
  for (const order of ["little", "big"] as const) {
    const value = order === "little" ? bytes.readUInt32LE() : bytes.readUInt32BE();
    const word = wordOf(value, family);
    if (word !== null) return { word, order, rest };
  }
  const other = family === "lvs" ? "fos" : "lvs";
  const found = `starts with ${bytes.toString("hex", 0, pulseBytes)}`;
  const isOther = [bytes.readUInt32LE(), bytes.readUInt32BE()].some(
    (value) => wordOf(value, other) !== null,
  );
  return refuse("incompatible", isOther ? `${found}: a pair with service = ${other}` : found);
}

/** A datagram taken apart: a word of pulse, a heartbeat of lvsd's own, or both. */
export interface DatagramParts {
  readonly word: PulseBeat | null;
  readonly own: Uint8Array | null;
}

/** What is read of a datagram by a router that speaks this. */
export function partsOf(
  datagram: Uint8Array,
  protocol: "lvsd" | "pulse" | "auto",
  family: PulseFamily,
): DatagramParts | Refused<PulseRefusal> {
  if (protocol === "lvsd") return { word: null, own: withoutWord(datagram) };
  const word = decodePulse(datagram, family);
  if (protocol === "pulse") return isRefused<PulseRefusal>(word) ? word : { word, own: null };
  if (isRefused<PulseRefusal>(word)) return { word: null, own: withoutWord(datagram) };
  return { word, own: word.rest.length > 0 ? word.rest : null };
}

/** A peer with `protocol: auto` puts a word in front until it has been understood. */
function withoutWord(datagram: Uint8Array): Uint8Array {
  for (const family of ["lvs", "fos"] as const) {
    const beat = decodePulse(datagram, family);
    if (!isRefused<PulseRefusal>(beat) && beat.rest.length > 0) return beat.rest;
  }
  return datagram;
}
