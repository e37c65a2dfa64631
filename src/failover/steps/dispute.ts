/**
 * Both hold and hear each other: one lets go, by a ruling that both compute alike (yield.ts).
 *
 * Whether the other hears us is judged only in a beat that it sent after it must have had our
 * answer; everything else is judged at once.
 */
import { addMs, ms } from "../../model/time.ts";
import {
  heardMessage,
  holding,
  isMutual,
  peerHolds,
  type Router,
  seatOf,
  set,
  slowerInterval,
  type Transition,
} from "../router.ts";
import { release } from "../vip-hold.ts";
import { rulingOnTwoHolders } from "../yield.ts";
import { claimantOf, claimantOfPeer } from "./handover.ts";

/**
 * Slower intervals without an echo of us, after which the next beat of the peer shows that it does
 * not hear us. No jitter shall make its second ordinary beat come too early for that.
 */
const unheardIntervals = 1.75;

/** The peer's kernel may answer for the VIPs, too: also that of one which failed to let go. */
const hasRival = ({ peerAlive, peer }: Router): boolean =>
  peerAlive && peer.message?.holds !== false;

/**
 * Somebody else has held until now, or may have: a rival whose beats were all lost or late has been
 * heard announcing or has raised the term, and what a peer did that was not heard, or its
 * predecessor, is not known.
 */
const hadRival = (before: Router, router: Router): boolean =>
  router.dispute !== null ||
  (before.contested && router.peer.sequence > before.peer.sequence) ||
  (hasRival(before) && !hasRival(router)) ||
  router.term > before.term ||
  (router.peerAlive && (!before.peerAlive || router.peer.boot !== before.peer.boot));

/** `before`: this router as the step found it. */
export function settleDispute(transition: Transition, before: Router): void {
  const { router, now } = transition;
  const message = heardMessage(router);
  const disputed = holding(router) && router.abandon === null && peerHolds(router);
  if (!disputed || message === null) {
    if (router.dispute !== null) set(transition, { dispute: null });
    // Two kernels have answered the neighbours: what they are to believe is said once more.
    const kept = before.vipHold === "held" && router.vipHold === "held";
    if (kept && hadRival(before, router)) transition.effects.push({ kind: "announce" });
    if (before.contested && (!kept || router.peer.sequence > before.peer.sequence))
      set(transition, { contested: false });
    return;
  }
  if (router.dispute === null) set(transition, { dispute: { since: now }, offer: null });
  // The peer has given way already; that it holds for another moment is no claim.
  if (message.handOver.kind === "releasing") return;
  const since = router.dispute?.since ?? now;
  const patience = addMs(since, ms(unheardIntervals * slowerInterval(router)));
  const isHeard = isMutual(router);
  if (!isHeard && (router.peer.heardAt ?? now) < patience) return;
  const ruling = rulingOnTwoHolders(
    claimantOf(router, isHeard),
    claimantOfPeer(router, message, true),
  );
  if (ruling.survivor === seatOf(router)) return;
  set(transition, { dispute: null });
  release(transition, `two routers were active: ${ruling.why}`);
}
