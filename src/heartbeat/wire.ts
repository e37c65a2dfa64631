/**
 * The heartbeat's bytes: a datagram of version 1, its refusals, its signature.
 * docs/heartbeat.md gives the format byte by byte.
 */
import type { IpAddress } from "../model/address.ts";
import type { Refused } from "../model/error.ts";
import type { Role } from "../model/router.ts";
import type { ClusterId, Header, Message } from "./message.ts";

/** One datagram that no path fragments: 1280 (IPv6 minimum MTU, RFC 8200 section 5) - 40 (IPv6) - 8 (UDP). */
export const datagramBytesMax = 1280 - 40 - 8;

/** What is left for the digest when every other part is at its largest. */
export const digestBytesMax = 768;

/** Why bytes are no heartbeat for us. */
export const wireRefusals = [
  "short",
  "oversized",
  "not-ours",
  "foreign",
  "unsigned",
  "bad-hmac",
  "wrong-path",
  "malformed",
] as const;
export type WireRefusal = (typeof wireRefusals)[number];

/** What both ends must agree on. */
export interface Seal {
  readonly cluster: ClusterId;
  /** 32 bytes each; the first signs, all verify. Empty: `authentication: none`. */
  readonly keys: readonly Uint8Array[];
}

/** The cluster's id, from the public addresses of both routers: equal on both, whatever the key. */
export declare function clusterOf(primary: IpAddress, backup: IpAddress): ClusterId;

/** The datagram of `message` for one path. Throws a RangeError when the digest is too long. */
export declare function encode(message: Message, path: number, seal: Seal): Uint8Array;

/** What a datagram turned out to be. */
export type Decoded =
  | { readonly kind: "message"; readonly message: Message }
  /** Authentic, of a major version that we do not speak: proves life, says nothing more. */
  | { readonly kind: "version"; readonly header: Header };

/**
 * Reads a datagram that arrived on path number `path`. `known` is asked about the header before the
 * signature is computed, so that a flood of replays costs little (`refusal` of peer.ts).
 */
export declare function decode<Reason extends string = never>(
  bytes: Uint8Array,
  path: number,
  seal: Seal,
  known?: (header: Header, role: Role) => Refused<Reason> | null,
): Decoded | Refused<WireRefusal | Reason>;
