/**
 * The control packet of BFD (RFC 5880, section 4.1): 24 bytes, without authentication. Whatever
 * section 6.8.6 says to discard by the packet alone is refused here.
 */
import { type Refused, refuse } from "../../model/error.ts";
import { type Ms, ms } from "../../model/time.ts";

/** In the order of their numbers on the wire. */
export const bfdStates = ["admin-down", "down", "init", "up"] as const;
export type BfdState = (typeof bfdStates)[number];

export interface BfdPacket {
  readonly state: BfdState;
  /** Why the sender's state changed last; see `printDiagnostic`. */
  readonly diagnostic: number;
  /** It asks for an answer with `final`, at once. */
  readonly poll: boolean;
  readonly final: boolean;
  /** While both are up the sender wants to hear nothing but answers to its polls. */
  readonly demand: boolean;
  /** So many packets in a row are missed by the receiver until the session is down. */
  readonly multiplier: number;
  /** The sender's name for the session, never 0; and the receiver's, 0 while that is not known. */
  readonly mine: number;
  readonly yours: number;
  /** The sender would like to send no more often than this, */
  readonly minTx: Ms;
  /** and takes packets no more often than that; 0: none at all. */
  readonly minRx: Ms;
}

export type BfdRefusal =
  | "length"
  | "version"
  | "authentication"
  | "multipoint"
  | "multiplier"
  | "discriminator";

const bytes = 24;
const version = 1;
/** Bits of the second byte below the state. */
const poll = 0x20;
const final = 0x10;
const authenticated = 0x04;
const demand = 0x02;
const multipoint = 0x01;

/** The wire counts in microseconds, in 32 bits. */
const microseconds = (length: Ms): number => Math.min(0xffff_ffff, Math.round(length * 1000));

export function encodeBfd(packet: BfdPacket): Uint8Array {
  const flags =
    (bfdStates.indexOf(packet.state) << 6) |
    (packet.poll ? poll : 0) |
    (packet.final ? final : 0) |
    (packet.demand ? demand : 0);
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint8(0, (version << 5) | packet.diagnostic);
  view.setUint8(1, flags);
  view.setUint8(2, packet.multiplier);
  view.setUint8(3, bytes);
  view.setUint32(4, packet.mine);
  view.setUint32(8, packet.yours);
  view.setUint32(12, microseconds(packet.minTx));
  view.setUint32(16, microseconds(packet.minRx));
  // The last four: no echo packets are wanted.
  return new Uint8Array(view.buffer);
}

export function decodeBfd(given: Uint8Array): BfdPacket | Refused<BfdRefusal> {
  if (given.length < bytes) return refuse("length", `${given.length} bytes`);
  const view = new DataView(given.buffer, given.byteOffset, given.length);
  const first = view.getUint8(0);
  const flags = view.getUint8(1);
  const multiplier = view.getUint8(2);
  const length = view.getUint8(3);
  if (first >> 5 !== version) return refuse("version", `version ${first >> 5}`);
  if (length < bytes || length > given.length)
    return refuse("length", `${length} bytes by its own word, ${given.length} in fact`);
  if ((flags & authenticated) !== 0)
    return refuse("authentication", "it is authenticated, and this session is not");
  if ((flags & multipoint) !== 0) return refuse("multipoint", "the multipoint bit is set");
  if (multiplier === 0) return refuse("multiplier", "the detect multiplier is 0");
  const mine = view.getUint32(4);
  const yours = view.getUint32(8);
  const state = bfdStates[flags >> 6] ?? "down";
  if (mine === 0) return refuse("discriminator", "the sender has no discriminator");
  if (yours === 0 && state !== "down" && state !== "admin-down")
    return refuse("discriminator", `the state is ${state}, and the receiver's discriminator 0`);
  return {
    state,
    diagnostic: first & 0x1f,
    multiplier,
    mine,
    yours,
    poll: (flags & poll) !== 0,
    final: (flags & final) !== 0,
    demand: (flags & demand) !== 0,
    minTx: ms(view.getUint32(12) / 1000),
    minRx: ms(view.getUint32(16) / 1000),
  };
}

/** RFC 5880, section 4.1. */
const diagnostics = [
  "none",
  "control detection time expired",
  "echo function failed",
  "neighbor signaled session down",
  "forwarding plane reset",
  "path down",
  "concatenated path down",
  "administratively down",
  "reverse concatenated path down",
];

export const detectionExpired = 1;
export const neighborSignaledDown = 3;
export const administrativelyDown = 7;

export const printDiagnostic = (diagnostic: number): string =>
  diagnostics[diagnostic] ?? `number ${diagnostic}`;

/** One line for people: `up, poll, 1a2b -> 3c4d, tx 50ms, rx 50ms, x3`. */
export function printBfd(packet: BfdPacket): string {
  const { state, diagnostic, mine, yours, minTx, minRx, multiplier } = packet;
  const words = [
    state,
    ...(packet.poll ? ["poll"] : []),
    ...(packet.final ? ["final"] : []),
    ...(packet.demand ? ["demand"] : []),
    ...(diagnostic === 0 ? [] : [`diagnostic ${printDiagnostic(diagnostic)}`]),
    `discriminators ${mine.toString(16)} -> ${yours.toString(16)}`,
    `min tx ${minTx} ms`,
    `min rx ${minRx} ms`,
    `multiplier ${multiplier}`,
  ];
  return words.join(", ");
}
