/**
 * HMAC-SHA256 (RFC 2104) with a key that is prepared once.
 *
 * Node's `createHmac` makes an object with a native half for every datagram, which costs twice the
 * time of the hash and is left to the garbage collector; a router signs and checks four datagrams
 * each interval, and every forged one. `crypto.hash` leaves nothing behind.
 */
import { hash } from "node:crypto";

/** The signature of these bytes: 32 bytes. They are not kept. */
export type Sign = (bytes: Uint8Array) => Buffer;

const blockBytes = 64;
const digestBytes = 32;

const sha256 = (bytes: Uint8Array): Buffer => hash("sha256", bytes, "buffer");

/** Prepares a key of any length for messages of at most `bytesMax` bytes; longer ones throw. */
export function hmacSha256(key: Uint8Array, bytesMax: number): Sign {
  const short = key.length > blockBytes ? sha256(key) : key;
  const inner = Buffer.alloc(blockBytes + bytesMax, 0);
  const outer = Buffer.alloc(blockBytes + digestBytes, 0);
  for (let index = 0; index < blockBytes; index += 1) {
    inner[index] = (short[index] ?? 0) ^ 0x36;
    outer[index] = (short[index] ?? 0) ^ 0x5c;
  }
  return (bytes) => {
    inner.set(bytes, blockBytes);
    outer.set(sha256(inner.subarray(0, blockBytes + bytes.length)), blockBytes);
    return sha256(outer);
  };
}
