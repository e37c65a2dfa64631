/**
 * What the failover machine eats and what it asks for. Read this first.
 *
 * The contract of order between machine and engine:
 * 1. Inputs are stepped one at a time, in the order in which they became known.
 * 2. Effects are performed in the order of the list. `send`, `report`, `answer` and `refused` take
 *    no time and never wait. `claim`, `release`, `keep`, `fence`, `probe` and `announce` take time;
 *    of the first three at most one is under way: the next is asked for when it is known how the
 *    last one ended.
 * 3. Every claim, release, keep, fence and probe ends in exactly one input, at the latest at the
 *    engine's own deadline (then as the failure). `claimed` and `released` are said after reading
 *    the kernel back.
 * 4. `wake` is delivered at `wakeAt(router)` or later, and when the timer was late, one poll turn
 *    after it (setImmediate), so that waiting datagrams are read first. Early wakes are harmless.
 * 5. `now` is CLOCK_BOOTTIME and never goes back.
 */
import type { BootId, ClusterId, ConfigMark, Header, Message } from "../heartbeat/message.ts";
import type { HeardRefusal } from "../heartbeat/peer.ts";
import type { PulseState, PulseWord } from "../heartbeat/pulse.ts";
import type { EventBody } from "../model/event.ts";
import type { Fault, Role } from "../model/router.ts";
import type { Instant, Ms } from "../model/time.ts";

/** The configuration as far as the machine needs it. A reload gives a new value. */
export interface Rules {
  readonly role: Role;
  /** What is spoken to the peer: lvsd's own, Piranha's pulse, or the first as soon as both can. */
  readonly protocol: "lvsd" | "pulse" | "auto";
  /** No backup is configured: no router to ask or to yield to. */
  readonly alone: boolean;
  readonly cluster: ClusterId;
  /** Names of the heartbeat's paths, by path number. */
  readonly paths: readonly string[];
  readonly interval: Ms;
  readonly deadAfter: Ms;
  readonly warnAfter: Ms;
  readonly startDelay: Ms;
  readonly failback: "auto" | "manual";
  readonly failbackDelay: Ms;
  /** Arbiters are configured: one must answer a `probe` before an unplanned takeover. */
  readonly arbiter: boolean;
  /** A fence command is configured; what happens when it fails. */
  readonly fence: { readonly onFailure: "stay" | "take_over" } | null;
  readonly config: ConfigMark;
}

/** What is known when the daemon starts. */
export interface Start {
  readonly rules: Rules;
  /** 8 random bytes, new for every start. */
  readonly boot: BootId;
  /**
   * Whether VIPs of the configuration are in the kernel: none; left behind by a predecessor that
   * was killed; or kept on purpose by an announced restart.
   */
  readonly found: "nothing" | "left-behind" | "kept";
}

/** Everything the machine takes in. */
export type Input =
  | { readonly kind: "wake" }
  /** An authentic message of this cluster (wire.ts decoded it). `path` is the path's number. */
  | { readonly kind: "heard"; readonly path: number; readonly message: Message }
  /** An authentic message of a major version that we do not speak. */
  | { readonly kind: "heard-version"; readonly path: number; readonly header: Header }
  /**
   * A word of pulse from the peer's address. `lone`: no authentic message came with it, which would
   * have been stepped before it.
   */
  | {
      readonly kind: "heard-word";
      readonly path: number;
      readonly word: PulseWord;
      readonly lone: boolean;
    }
  /** The whole list of faults found outside: link, table, arbiter, late. Empty: fit. */
  | { readonly kind: "faults"; readonly faults: readonly Fault[] }
  /** The table is adopted and programmed, health is known as far as it will be: may hold. Once. */
  | { readonly kind: "ready" }
  /** What is still missing before an automatic failback (sync, health, config); null: nothing. */
  | { readonly kind: "whole"; readonly missing: string | null }
  | { readonly kind: "claimed" }
  | { readonly kind: "claim-failed"; readonly why: string }
  | { readonly kind: "released" }
  | { readonly kind: "release-failed"; readonly why: string }
  /**
   * All of the last `announce` has been said; the first one left at `firstAt`, when the claim was
   * still under way (absent: now). For the time line only.
   */
  | { readonly kind: "announced"; readonly firstAt?: Instant | undefined }
  | { readonly kind: "kept" }
  | { readonly kind: "keep-failed"; readonly why: string }
  | { readonly kind: "fenced" }
  | { readonly kind: "fence-failed"; readonly why: string }
  /** How a `probe` ended: whether any arbiter answered. */
  | { readonly kind: "probed"; readonly answered: boolean }
  /** The peer's network card was heard announcing a VIP while this router holds it. */
  | { readonly kind: "contested" }
  /** The operator's switchover; answered exactly once by `answer` with the same number. */
  | { readonly kind: "switchover"; readonly request: number }
  /** SIGTERM: hand over (at most 2 s), release, then `stopped`. */
  | { readonly kind: "stop" }
  /** An announced restart: ask the peer to hold for this long, then `keep` and `stopped`. */
  | { readonly kind: "restart"; readonly holdFor: Ms }
  /** A reload. The role never changes; the boot id stays. */
  | { readonly kind: "rules"; readonly rules: Rules };

/** Everything the machine can ask for. */
export type Effect =
  /** Put every VIP into the kernel, adopt those that are there, read back. */
  | { readonly kind: "claim" }
  /** Take every VIP out of the kernel, stop announcing, read back. */
  | { readonly kind: "release" }
  /** Announce every VIP now, then repeat and refresh as configured until released. Again: anew. */
  | { readonly kind: "announce" }
  /** Give the addresses a lifetime shorter than the hold that was asked of the peer. */
  | { readonly kind: "keep"; readonly holdFor: Ms }
  | { readonly kind: "fence" }
  | { readonly kind: "probe" }
  /**
   * To the peer, on every path, now. The engine fills in digest, reach, unserved and path. A `word`
   * of pulse goes in front of it, for a peer that understands nothing else.
   */
  | { readonly kind: "send"; readonly message: Message; readonly word: PulseState | null }
  /** The same in pulse alone. */
  | { readonly kind: "send-word"; readonly word: PulseState }
  | { readonly kind: "report"; readonly event: EventBody }
  /** Ends the operator's request; `why` is null when it was done. */
  | { readonly kind: "answer"; readonly request: number; readonly why: string | null }
  /** A message was refused by what is believed of the peer: to be counted by reason. */
  | {
      readonly kind: "refused";
      readonly reason: HeardRefusal | "unconfirmed" | "downgrade";
      readonly detail: string;
    }
  /** The machine has ended; the process may. */
  | { readonly kind: "stopped" };
