/**
 * Holding without anybody's leave: after the peer's death, at a start without a peer, and when the
 * peer could not free the addresses. The way leads through arbiter and fence where configured.
 */
import { assert } from "../../model/error.ts";
import { addMs, earliestAfter, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import { isolatingFault } from "../fitness.ts";
import {
  type Gate,
  heardAtOf,
  type Router,
  set,
  type Transition,
  timeout,
  unasked,
} from "../router.ts";
import { claim } from "../vip-hold.ts";

/** A fence command that failed is tried again after this long. */
const fenceRetry: Ms = seconds(30);
/** How many start delays an unproven peer can keep a starting router waiting. */
const unprovenDelays = 4;

/** When a starting router stops waiting for a peer that it has never heard. */
export function startOverAt(router: Router): Instant {
  const { rules, startedAt, peer } = router;
  const last = Math.max(...peer.strangers.map(({ heardAt }) => heardAt));
  const usual = addMs(startedAt, rules.startDelay);
  const unproven = addMs(last as Instant, timeout(router));
  const bound = addMs(startedAt, ms(unprovenDelays * rules.startDelay));
  return Math.max(usual, Math.min(unproven, bound)) as Instant;
}

/**
 * Claims if arbiter and fence allow it; else asks them, and comes back with their answer. An
 * arbiter must have answered a question that is younger than `since`.
 */
export function takeOver(transition: Transition, cause: string, since: Instant): void {
  if (isolatingFault(transition.router) !== null) return;
  if (transition.router.rules.arbiter && !arbiterAnswered(transition, since)) return;
  if (transition.router.rules.fence !== null && !fenced(transition)) return;
  claim(transition, cause, "none");
}

/** The peer could not free the addresses: fence it, or claim and raise the alarm. */
export function claimRegardless(transition: Transition, cause: string): void {
  if (transition.router.rules.fence !== null && !fenced(transition)) return;
  if (transition.router.gate.fence !== "done") {
    const text = "the peer could not free the VIPs: two machines may answer for them";
    transition.reports.push({ event: "vip", kind: "release-failed", text });
  }
  claim(transition, cause, "none");
}

function arbiterAnswered(transition: Transition, since: Instant): boolean {
  const { gate } = transition.router;
  if (gate.probeAnsweredAt !== null && gate.probeAnsweredAt > since) return true;
  askArbiter(transition);
  return false;
}

/** Asks for a probe unless one is under way or was asked less than an interval ago. */
export function askArbiter(transition: Transition): void {
  const { router, now } = transition;
  if (now < (probeAgainAt(router) ?? now) || router.gate.probeUnderWay) return;
  transition.effects.push({ kind: "probe" });
  set(transition, { gate: { ...router.gate, probeAskedAt: now, probeUnderWay: true } });
}

const probeAgainAt = ({ gate, rules }: Router): Instant | null =>
  gate.probeAskedAt === null ? null : addMs(gate.probeAskedAt, rules.interval);

export function probed(transition: Transition, answered: boolean): void {
  const { gate } = transition.router;
  const probeAnsweredAt = answered ? gate.probeAskedAt : null;
  set(transition, { gate: { ...gate, probeUnderWay: false, probeAnsweredAt } });
}

/** Half-way to the verdict the arbiter is asked, so that its answer is there in time. */
export function probeEarlyAt(router: Router): Instant | null {
  const { rules, peerAlive, vipHold, gate, ready } = router;
  const heardAt = heardAtOf(router);
  if (!rules.arbiter || !peerAlive || !ready || vipHold !== "none" || heardAt === null) return null;
  const half = addMs(heardAt, ms(timeout(router) / 2));
  const asked = gate.probeAskedAt !== null && gate.probeAskedAt > heardAt;
  return asked || gate.probeUnderWay ? null : half;
}

function fenced(transition: Transition): boolean {
  const { router, now } = transition;
  const { gate, rules } = router;
  if (gate.fence === "done") return true;
  if (gate.fence === "under-way") return false;
  if (gate.fence === "failed") {
    if (rules.fence?.onFailure === "take_over") return true;
    if (now < addMs(gate.fenceEndedAt ?? now, fenceRetry)) return false;
  }
  transition.effects.push({ kind: "fence" });
  set(transition, { gate: { ...gate, fence: "under-way" } });
  return false;
}

/** How the fence ended; `null`: it did what it should. */
export function fenceEnded(transition: Transition, failure: string | null): void {
  const { gate, rules } = transition.router;
  assert(gate.fence === "under-way", `the end of a fence that is ${gate.fence}`);
  const fence = failure === null ? "done" : "failed";
  set(transition, { gate: { ...gate, fence, fenceEndedAt: transition.now } });
  if (failure === null) return;
  const consequence = rules.fence?.onFailure === "stay" ? "not taking over" : "taking over anyway";
  const text = `fencing failed: ${failure}; ${consequence}`;
  transition.reports.push({ event: "machine", kind: "failed", text });
}

/**
 * The gate after a word of a peer that hears us: whatever comes next is a new case. A fence that is
 * under way has to end first, and one that has just done its work may be outlived by a datagram.
 */
export function gateAfterWord(
  { gate, peer }: Router,
  boot: string | null,
  spare: Ms,
  now: Instant,
): Gate {
  const { probeAskedAt, probeUnderWay, fence, fenceEndedAt } = gate;
  const settling =
    fence === "done" &&
    fenceEndedAt !== null &&
    now < addMs(fenceEndedAt, spare) &&
    peer.boot === boot;
  if (fence === "under-way" || settling) return { ...gate, probeAnsweredAt: null };
  return { ...unasked, probeAskedAt, probeUnderWay };
}

/** When, after `since`, arbiter or fence are to be asked again by a router that waits for them. */
export function gateAgainAt(router: Router, since: Instant): Instant | null {
  const { gate, rules, peerAlive } = router;
  if (peerAlive) return earliestAfter(since, probeEarlyAt(router));
  const fenceAgainAt =
    gate.fence === "failed" && gate.fenceEndedAt !== null && rules.fence?.onFailure === "stay"
      ? addMs(gate.fenceEndedAt, fenceRetry)
      : null;
  const probe = rules.arbiter && !gate.probeUnderWay ? probeAgainAt(router) : null;
  return earliestAfter(since, probe, fenceAgainAt);
}
