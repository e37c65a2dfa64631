/**
 * The contract of a conversation with a real server, without its socket: bytes in, turns out.
 *
 * A dialogue knows what is said and what the answer must be. It does not know TCP, TLS, UDP or the
 * time: one driver (checks/conversation.ts) runs any dialogue under one deadline.
 * Invariant: every dialogue is bounded in bytes and in pieces, so that a server that talks for ever
 * ends in `failed`, and after `passed` or `failed` it is not asked again.
 */
import type { Sought } from "./pattern.ts";

/** Why a dialogue failed: no fit, another protocol, too much, or an answer that ended too early. */
export type DialogueRefusal = "unexpected" | "unreadable" | "too-long" | "closed";

/** What the driver does next. */
export type DialogueAction =
  /** Send these bytes, then listen; with `answered: false` it has passed once they are sent. */
  | { readonly kind: "say"; readonly bytes: Uint8Array; readonly answered: boolean }
  | { readonly kind: "more" }
  /**
   * Find out whether these bytes have what is looked for, then take the turn that `next` makes of
   * it. What is heard meanwhile is heard after that, as one piece.
   */
  | {
      readonly kind: "match";
      readonly wanted: Sought;
      readonly bytes: Uint8Array;
      readonly next: (matched: boolean) => DialogueAction;
    }
  /** Begin TLS on this connection (STARTTLS); then `secured` says what comes next. */
  | { readonly kind: "secure" }
  /**
   * Open a second connection, to this port of the same address, and go on with `opened`; what comes
   * over it is for `fetched`, once it has ended.
   */
  | { readonly kind: "fetch"; readonly port: number }
  /** `content`: the digest of what was answered, where that is compared. */
  | { readonly kind: "passed"; readonly content?: string }
  | { readonly kind: "failed"; readonly reason: DialogueRefusal; readonly why: string };

export interface Dialogue {
  /** The first turn, once the connection stands. */
  open(): DialogueAction;
  /** The next piece of the answer; where it was cut means nothing (TCP), or is a datagram (UDP). */
  hear(bytes: Uint8Array): DialogueAction;
  /** The real server has ended its side. Never `say` or `more`. */
  closed(): DialogueAction;
  /** After a turn `secure`, once TLS stands; dialogues that never take it leave this out. */
  secured?(): DialogueAction;
  /** After a turn `fetch`, once the second connection stands. */
  opened?(): DialogueAction;
  /** All that came over the second connection, which its server has ended. */
  fetched?(bytes: Uint8Array): DialogueAction;
  /** What is missing when the deadline passes now: `greeting`. Left out: an answer. */
  awaited?(): string;
}

export const more: DialogueAction = { kind: "more" };
export const secure: DialogueAction = { kind: "secure" };
export const passed: DialogueAction = { kind: "passed" };
export const failed = (reason: DialogueRefusal, why: string): DialogueAction => ({
  kind: "failed",
  reason,
  why,
});
