/**
 * Whether this router alone reaches none of the real servers: by its own checks and by what the
 * peer, asked to try, says of its own.
 *
 * That no server answers says nothing of whose fault it is. So a router that reaches none asks, and
 * counts it as its own fault only if its peer reaches some and a whole round of its own tries,
 * begun after the peer's word, has failed once more. Once it is a fault it stays one until a real
 * server answers this router: what the peer meets later does not send the VIPs back.
 *
 * A standby does not check. Before an automatic failback it does, so that no planned change brings
 * the VIPs to a router which then has to give them back.
 */
import type { Reach } from "../model/router.ts";
import { addMs, type Instant, type Ms, ms, seconds } from "../model/time.ts";

export interface ReachState {
  /** Since when the peer reaches some while this router reaches none; null: it is not so. */
  readonly doubtSince: Instant | null;
  /** It is this router that is cut off from the real servers: a fault. */
  readonly cutOff: boolean;
}

export interface ReachSeen {
  readonly own: Reach;
  /** Whether any check of this router goes to a real server. */
  readonly goOut: boolean;
  /** The last word of a peer that is heard; `unknown` without one. */
  readonly peer: Reach;
  /** This router holds the VIPs, or is about to. */
  readonly holds: boolean;
  /** Whether every own try that began at this instant or later, at least one each, has failed. */
  readonly failedSince: (since: Instant) => boolean;
}

export const reachable: ReachState = { doubtSince: null, cutOff: false };

/** The state after another look; the same object where nothing is new. */
export function judgeReach(
  state: ReachState,
  { own, goOut, peer, holds, failedSince }: ReachSeen,
  now: Instant,
): ReachState {
  // Without such checks no try could ever end the fault.
  if (own === "some" || !goOut) return reachable;
  // A holder compares itself with a peer that can do better; there may be none any more.
  if (state.cutOff) return holds && peer !== "some" ? reachable : state;
  if (own !== "none" || peer !== "some") return reachable;
  if (state.doubtSince === null) return { doubtSince: now, cutOff: false };
  return failedSince(state.doubtSince) ? { ...state, cutOff: true } : state;
}

/** So long before a failback is due its router begins to try, and so long it may be late for it. */
const failbackTrial: Ms = seconds(30);

/**
 * Whether a router that goes by what its peer says of real servers makes tries of its own, to learn
 * what it reaches: the active peer asks, it has been cut off itself, or a failback to it is near.
 */
export const triesReach = (
  state: ReachState,
  activePeer: Reach,
  failback: Instant | null,
  now: Instant,
): boolean =>
  activePeer === "none" ||
  state.cutOff ||
  (failback !== null && now >= addMs(failback, ms(-failbackTrial)));

export interface Successor {
  readonly own: Reach;
  readonly activePeer: Reach;
  /** When the failback to this router is due; null: something else is in its way. */
  readonly failback: Instant | null;
}

/**
 * What a failback waits for: a planned change goes to no router that may reach none of the real
 * servers. Null: this one reaches some, no router can do better, or its tries say nothing in time.
 */
export function untriedReach(
  { own, activePeer, failback }: Successor,
  now: Instant,
): string | null {
  if (own === "some" || activePeer === "none") return null;
  const isDoubted = own === "none" && activePeer === "some";
  if (failback !== null && !isDoubted) {
    if (now < addMs(failback, ms(-failbackTrial))) return null;
    if (now >= addMs(failback, failbackTrial)) return null;
  }
  return "this router's own checks have not reached a real server yet";
}
