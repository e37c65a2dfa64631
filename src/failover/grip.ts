/**
 * The grip on the VIPs: asking for claims and releases, and taking in how they ended.
 *
 * Invariant: at most one claim or release is under way, and the grip says no more than what the
 * kernel was read to say. Half a claim is released before anything else is tried.
 */
import type { HandOverCause } from "../heartbeat/message.ts";
import { assert } from "../model/error.ts";
import { addMs, between, type Instant, type Ms, ms, seconds } from "../model/time.ts";
import { heardAtOf, type Router, set, type Turn, yieldingFor } from "./router.ts";

/** Rest after the first failed claim; doubles with each failure in a row. */
const claimRetryFirst: Ms = seconds(1);
const claimRetryMax: Ms = seconds(60);
/** How often a failed release is tried anew. */
const releaseRetry: Ms = seconds(1);

/** Asks for the VIPs. The term rises above every term ever seen. */
export function claim(turn: Turn, cause: string, wish: HandOverCause): void {
  const { router, now } = turn;
  assert(router.grip === "none" || router.grip === "stuck", `claim with grip ${router.grip}`);
  const term = Math.max(router.term, router.termSeen) + 1;
  turn.effects.push({ kind: "claim" });
  set(turn, {
    grip: "claiming",
    abandon: null,
    reason: cause,
    activation: { cause, lastHeardAt: heardAtOf(router), decidedAt: now, claimedAt: null },
    term,
    termSeen: term,
    suspended: wish === "switchover" && router.role === "backup",
    wish: null,
    wishAgainAt: null,
    grant: null,
    offer: null,
    refused: 0,
    vacantSince: null,
    outreachedSince: null,
    releaseFailedAt: null,
  });
}

/** Asks to be rid of the VIPs: once the claim or the keep that is under way has ended. */
export function release(turn: Turn, why: string): void {
  const { grip, ending } = turn.router;
  if (grip === "claiming" || ending?.keeping === true) {
    set(turn, { abandon: turn.router.abandon ?? why, offer: null });
    return;
  }
  assert(grip === "held" || grip === "stuck", `release with grip ${grip}`);
  turn.effects.push({ kind: "release" });
  set(turn, { grip: "releasing", reason: why, offer: null, wish: null, suspended: false });
}

export function claimed(turn: Turn): void {
  const { router, now } = turn;
  assert(router.grip === "claiming", `claimed with grip ${router.grip}`);
  const { abandon, activation } = router;
  const done = activation === null ? null : { ...activation, claimedAt: now };
  set(turn, { grip: "held", trouble: null, activation: done, abandon: null });
  if (abandon === null) turn.effects.push({ kind: "announce" });
  else release(turn, abandon);
}

export function claimFailed(turn: Turn, why: string): void {
  const { router, now } = turn;
  assert(router.grip === "claiming", `claim-failed with grip ${router.grip}`);
  const failures = (router.trouble?.failures ?? 0) + 1;
  const rest = Math.min(claimRetryMax, claimRetryFirst * 2 ** Math.min(failures - 1, 10));
  const retryAt = addMs(now, ms(rest));
  turn.reports.push({ event: "vip", kind: "claim-failed", text: why });
  set(turn, { grip: "held", abandon: null, activation: null, trouble: { why, failures, retryAt } });
  release(turn, `claim failed: ${why}`);
}

export function released(turn: Turn): void {
  const { router, now } = turn;
  assert(router.grip === "releasing", `released with grip ${router.grip}`);
  const grant = router.grant === null ? null : { ...router.grant, word: "released" as const };
  set(turn, {
    grip: "none",
    releaseFailedAt: null,
    grant,
    activation: null,
    yieldsUntil: addMs(now, yieldingFor(router.rules)),
  });
}

export function releaseFailed(turn: Turn, why: string): void {
  const { router, now } = turn;
  assert(router.grip === "releasing", `release-failed with grip ${router.grip}`);
  const grant = router.grant === null ? null : { ...router.grant, word: "release-failed" as const };
  if (router.releaseFailedAt === null)
    turn.reports.push({ event: "vip", kind: "release-failed", text: why });
  set(turn, { grip: "stuck", releaseFailedAt: now, grant, activation: null });
}

/** When a failed release is tried anew; null: none has failed. */
export const releaseAgainAt = ({ grip, releaseFailedAt }: Router): Instant | null =>
  grip === "stuck" && releaseFailedAt !== null ? addMs(releaseFailedAt, releaseRetry) : null;

/** The announcements have left, the first one then: the outage can be accounted for. */
export function announced(turn: Turn, firstAt: Instant): void {
  const { router, now } = turn;
  const { activation } = router;
  if (activation === null || activation.claimedAt === null) return;
  turn.reports.push({
    event: "state",
    kind: "timeline",
    cause: activation.cause,
    last_heard_ms:
      activation.lastHeardAt === null ? null : tenths(between(activation.lastHeardAt, now)),
    decided_ms: tenths(between(activation.decidedAt, now)),
    claimed_ms: tenths(between(activation.claimedAt, now)),
    announced_ms: tenths(between(firstAt, now)),
  });
  set(turn, { activation: { ...activation, claimedAt: null } });
}

const tenths = (length: Ms): number => Math.round(length * 10) / 10;
