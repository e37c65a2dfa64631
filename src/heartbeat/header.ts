/**
 * The head of a heartbeat's bytes, which no major version changes, with what can be refused by it.
 *
 * All numbers are in network order; times are whole microseconds. What is cheap to see is refused
 * here, before a signature is computed: a flood of forgeries must cost less than the heartbeat.
 */
import { createHash } from "node:crypto";
import type { IpAddress } from "../model/address.ts";
import { type Refused, refuse } from "../model/error.ts";
import { type Instant, instant, type Ms, ms } from "../model/time.ts";
import { hmacSha256, type Sign } from "./hmac.ts";
import type { BootId, ClusterId, Echo, Header } from "./message.ts";

/**
 * One datagram that no path fragments: 1280 (IPv6 minimum MTU, RFC 8200 section 5) - 40 (IPv6)
 * - 8 (UDP).
 */
export const datagramBytesMax = 1280 - 40 - 8;

/** Why bytes are no heartbeat for us, or none that counts. */
export const wireRefusals = [
  "short",
  "oversized",
  "not-ours",
  "unsigned",
  "bad-hmac",
  "malformed",
] as const;
export type WireRefusal = (typeof wireRefusals)[number];

/**
 * Who is believed: who signs with our key is our peer, whatever addresses and role its file has.
 * The cluster of the header takes no part in that; another one shows that the files differ.
 */
export interface Seal {
  /** One for each key; the first signs, all verify. Empty: `authentication: none`. */
  readonly keys: readonly Sign[];
  /** For each key, what distinguishes it from others and says nothing of it. */
  readonly names: readonly string[];
}

/** With keys of 32 bytes each. */
export const sealOf = (keys: readonly Uint8Array[]): Seal => ({
  keys: keys.map((key) => hmacSha256(key, datagramBytesMax)),
  names: keys.map((key) => createHash("sha256").update("lvsd key").update(key).digest("hex")),
});

/** Whether two routers with these seals understand each other. */
export function understand(a: Seal, b: Seal): boolean {
  const [[signerOfA], [signerOfB]] = [a.names, b.names];
  if (signerOfA === undefined || signerOfB === undefined) return signerOfA === signerOfB;
  return b.names.includes(signerOfA) && a.names.includes(signerOfB);
}

/** Offsets of the header. */
const at = {
  magic: 0,
  major: 4,
  flags: 5,
  path: 6,
  cluster: 8,
  boot: 16,
  sequence: 24,
  sentAt: 32,
  echo: 40,
  length: 68,
} as const;

/** Length of the header: where a version's own part begins. */
export const headerBytes = 72;
/** Length of the signature at the end: HMAC-SHA256 (RFC 2104). */
export const hmacBytes = 32;
/** Boot id, sequence, stamp, age. */
export const echoBytes = 28;

const magic = 0x4c565344; // "LVSD"
const flag = { signed: 1, backup: 2, echo: 4 } as const;

/**
 * In an age field: nothing was heard. One less is the longest age that can be said (71 minutes).
 */
export const never = 0xffff_ffff;

export const micros = (length: number): number => Math.max(0, Math.round(length * 1000));
export const capped = (length: Ms): number => Math.min(micros(length), never - 1);

export function putU64(bytes: Buffer, value: number, offset: number): void {
  bytes.writeUInt32BE(Math.floor(value / 2 ** 32), offset);
  bytes.writeUInt32BE(value >>> 0, offset + 4);
}

/** NaN for a number that a double cannot hold exactly. */
export function u64(bytes: Buffer, offset: number): number {
  const high = bytes.readUInt32BE(offset);
  return high >= 2 ** 21 ? Number.NaN : high * 2 ** 32 + bytes.readUInt32BE(offset + 4);
}

/** This bit if it is to be set. */
export const bit = (set: boolean, value: number): number => (set ? value : 0);

/**
 * The cluster's id, from the public addresses of both routers: equal on both while their files
 * name the same two. Another one shows that they do not.
 */
export function clusterOf(primary: IpAddress, backup: IpAddress): ClusterId {
  const digest = createHash("sha256").update(`lvsd cluster ${primary} ${backup}`).digest("hex");
  return digest.slice(0, 16) as ClusterId;
}

export function putHeader(bytes: Buffer, header: Header, path: number, seal: Seal): void {
  bytes.writeUInt32BE(magic, at.magic);
  bytes.writeUInt8(header.major, at.major);
  const flags =
    bit(seal.keys.length > 0, flag.signed) |
    bit(header.role === "backup", flag.backup) |
    bit(header.echo !== null, flag.echo);
  bytes.writeUInt8(flags, at.flags);
  putPath(bytes, path);
  bytes.write(header.cluster, at.cluster, "hex");
  bytes.write(header.boot, at.boot, "hex");
  putU64(bytes, header.sequence, at.sequence);
  putU64(bytes, micros(header.sentAt), at.sentAt);
  bytes.writeUInt16BE(bytes.length, at.length);
  if (header.echo !== null) putEcho(bytes, header.echo, at.echo);
}

/** The number of the path that the datagram is sent on. */
export function putPath(bytes: Buffer, path: number): void {
  bytes.writeUInt8(path, at.path);
}

/** Boot id, sequence, stamp, age: 28 bytes. */
export function putEcho(bytes: Buffer, echo: Echo, offset: number): void {
  bytes.write(echo.boot, offset, "hex");
  putU64(bytes, echo.sequence, offset + 8);
  putU64(bytes, micros(echo.sentAt), offset + 16);
  bytes.writeUInt32BE(capped(echo.age), offset + 24);
}

/** The number of the path that the datagram was sent on; null: too short to say. */
export const pathSaid = (bytes: Uint8Array): number | null => bytes[at.path] ?? null;

/** Length of the signature that the datagram says to have. */
export const signatureBytes = (bytes: Buffer): number =>
  (bytes.readUInt8(at.flags) & flag.signed) === 0 ? 0 : hmacBytes;

/** What can be seen without reading values; null: nothing to refuse. */
export function refusedForm(bytes: Buffer, seal: Seal): Refused<WireRefusal> | null {
  if (bytes.length > datagramBytesMax) return refuse("oversized", `${bytes.length} bytes`);
  if (bytes.length >= 4 && bytes.readUInt32BE(at.magic) !== magic)
    return refuse("not-ours", `starts with ${bytes.toString("hex", 0, 4)}`);
  if (bytes.length < headerBytes) return refuse("short", `${bytes.length} bytes`);
  const length = bytes.readUInt16BE(at.length);
  if (bytes.length < length) return refuse("short", `${bytes.length} of ${length} bytes`);
  if (bytes.length > length) return refuse("oversized", `${bytes.length} of ${length} bytes`);
  const signature = signatureBytes(bytes);
  if (seal.keys.length > 0 && signature === 0)
    return refuse("unsigned", "no HMAC where one is required");
  if (bytes.length < headerBytes + signature)
    return refuse("short", `${bytes.length} bytes with an HMAC`);
  return null;
}

export function readHeader(bytes: Buffer): Header | null {
  const flags = bytes.readUInt8(at.flags);
  const echo = (flags & flag.echo) === 0 ? null : readEcho(bytes, at.echo);
  const sequence = u64(bytes, at.sequence);
  const sentAt = u64(bytes, at.sentAt) / 1000;
  if (!(sequence >= 1) || Number.isNaN(sentAt) || echo === "malformed") return null;
  return {
    major: bytes.readUInt8(at.major),
    cluster: bytes.toString("hex", at.cluster, at.cluster + 8) as ClusterId,
    role: (flags & flag.backup) === 0 ? "primary" : "backup",
    boot: bytes.toString("hex", at.boot, at.boot + 8) as BootId,
    sequence,
    sentAt: instant(sentAt),
    echo,
  };
}

export function readEcho(bytes: Buffer, offset: number): Echo | "malformed" {
  const sequence = u64(bytes, offset + 8);
  const sentAt = u64(bytes, offset + 16) / 1000;
  if (Number.isNaN(sequence) || Number.isNaN(sentAt)) return "malformed";
  return {
    boot: bytes.toString("hex", offset, offset + 8) as BootId,
    sequence,
    sentAt: instant(sentAt) as Instant,
    age: ms(bytes.readUInt32BE(offset + 24) / 1000),
  };
}
