/**
 * What the two routers say to each other: one heartbeat as a value.
 *
 * Knows the words of a heartbeat and what each is worth. Does not know bytes (wire.ts), nor what
 * is believed (peer.ts), nor what follows (failover/). `docs/heartbeat.md` is the same in prose.
 */
import type { Reach, Role, RouterState, Unfitness } from "../model/router.ts";
import type { Instant, Ms } from "../model/time.ts";

declare const bootBrand: unique symbol;
declare const clusterBrand: unique symbol;

/** 8 random bytes as 16 lower-case hex digits, drawn anew by every start of the daemon. */
export type BootId = string & { readonly [bootBrand]: true };

/** 8 bytes as 16 hex digits: which pair a datagram belongs to (`clusterOf` in wire.ts). */
export type ClusterId = string & { readonly [clusterBrand]: true };

/** The major version that this program speaks. */
export const majorVersion = 1;

/** "I hear you": the newest datagram of a boot id that the sender has received. */
export interface Echo {
  readonly boot: BootId;
  readonly sequence: number;
  /** `sentAt` of that datagram, on the clock of whoever sent it: a proof of freshness for him. */
  readonly sentAt: Instant;
  /** How long before this message it arrived, on the echoing router's clock. */
  readonly age: Ms;
}

/** The newest datagram heard on one path; for the round trip of that path. */
export interface PathEcho {
  readonly sentAt: Instant;
  readonly age: Ms;
}

/**
 * The part that never changes between major versions: enough to know that the peer is alive, that
 * it is he, that it is now, and that he hears us.
 */
export interface Header {
  readonly major: number;
  readonly cluster: ClusterId;
  readonly role: Role;
  readonly boot: BootId;
  /** Counts up from 1 within one boot id; every path carries the same message under one number. */
  readonly sequence: number;
  /** The sender's boot-time clock; means something to the sender only. */
  readonly sentAt: Instant;
  /** The peer as last heard; null when no peer has been heard. */
  readonly echo: Echo | null;
}

/**
 * A step of a planned change. `want` names a request by a number of the sender's; `releasing`,
 * `released`, `release-failed` and `refused` answer the request with that number.
 *
 * - `offer`: I hold and would hand over to you, for `cause`.
 * - `want`: I would hold, and am able to. I claim when you say `released` to this very number.
 * - `releasing`: I am about it, wait; with 0 for a number: of my own accord. `released`: I hold
 * nothing and shall not claim while your
 *   request stands. `release-failed`: I could not free the addresses; fence me or claim regardless.
 * - `refused`: no, and I shall not.
 */
export const handOverKinds = [
  "none",
  "offer",
  "want",
  "releasing",
  "released",
  "release-failed",
  "refused",
] as const;
export type HandOverKind = (typeof handOverKinds)[number];

/** Why a planned change is made. */
export const handOverCauses = [
  "none",
  "switchover",
  "failback",
  "stop",
  "unfit",
  "vacant",
] as const;
export type HandOverCause = (typeof handOverCauses)[number];

export interface HandOver {
  readonly kind: HandOverKind;
  /** The request's number; 0 where the kind has none. */
  readonly id: number;
  readonly cause: HandOverCause;
}

export const noHandOver: HandOver = { kind: "none", id: 0, cause: "none" };

/** One heartbeat of version 1. */
export interface Message extends Header {
  readonly state: RouterState;
  /** Any VIP may be configured on the sender, claims and releases under way included. */
  readonly holds: boolean;
  /** The sender's table is programmed: it could hold. */
  readonly ready: boolean;
  /** The sender hears the router that `echo` names, by its own judgement of time. */
  readonly hears: boolean;
  /** The sender misses a beat of its peer: answer at once. */
  readonly asks: boolean;
  /** The sender ends after this; what it says no more is no sign of death but of leave. */
  readonly leaving: boolean;
  /** Term of the sender's last activation; 0: none since it started. */
  readonly term: number;
  /** Highest term that the sender has held or heard of. */
  readonly termSeen: number;
  /** The sender's faults by kind, the gravest first; empty: fit. */
  readonly faults: readonly Unfitness[];
  /** Which real servers its own checks reach. `none` from an active router asks the peer to try. */
  readonly reach: Reach;
  /** How many of its services the sender's kernel does not take; at most 65535. */
  readonly unserved: number;
  readonly interval: Ms;
  readonly deadAfter: Ms;
  readonly failback: "auto" | "manual";
  /** An operator's switchover made the backup active: no automatic failback. */
  readonly suspended: boolean;
  readonly handOver: HandOver;
  /** An announced restart: judge the sender dead not before this time; 0: none announced. */
  readonly holdFor: Ms;
  readonly config: ConfigMark;
  /** By path number; null: nothing heard on it. */
  readonly paths: readonly (PathEcho | null)[];
  /** Boot ids that have yet to prove that they live now. */
  readonly strangers: readonly Echo[];
  /** Health of the real servers, opaque here; at most `digestBytesMax` bytes (wire.ts). */
  readonly digest: Uint8Array;
}

/** What the routers compare to learn whether their configurations are the same. */
export interface ConfigMark {
  readonly serial: number;
  /** The first 16 bytes of the configuration's SHA-256 as 32 hex digits. */
  readonly hash: string;
}

/** At most this many paths between two routers: public and private today, two more to come. */
export const pathsMax = 4;

/** At most this many unproven boot ids are remembered: one real restart and room for replays. */
export const strangersMax = 4;
