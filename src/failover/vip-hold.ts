/**
 * The hold on the VIPs: asking for claims and releases, and taking in how they ended.
 *
 * Invariant: at most one claim or release is under way, and the hold says no more than what the
 * kernel was read to say. Half a claim is released before anything else is tried.
 */
import type { HandOverCause } from "../heartbeat/message.ts";
import { assert } from "../model/error.ts";
import { addMs, between, type Instant, type Ms, ms, seconds } from "../model/time.ts";
import { heardAtOf, type Router, set, type Transition, yieldingFor } from "./router.ts";

/** Rest after the first failed claim; doubles with each failure in a row. */
const claimRetryFirst: Ms = seconds(1);
const claimRetryMax: Ms = seconds(60);
/** How often a failed release is tried anew. */
const releaseRetry: Ms = seconds(1);

/** Asks for the VIPs. The term rises above every term ever seen. */
export function claim(transition: Transition, cause: string, claimRequest: HandOverCause): void {
  const { router, now } = transition;
  assert(
    router.vipHold === "none" || router.vipHold === "stuck",
    `claim with vipHold ${router.vipHold}`,
  );
  const term = Math.max(router.term, router.termSeen) + 1;
  transition.effects.push({ kind: "claim" });
  set(transition, {
    vipHold: "claiming",
    abandon: null,
    reason: cause,
    activation: { cause, lastHeardAt: heardAtOf(router), decidedAt: now, claimedAt: null },
    term,
    termSeen: term,
    suspended: claimRequest === "switchover" && router.role === "backup",
    claimRequest: null,
    requestAgainAt: null,
    grant: null,
    offer: null,
    refused: 0,
    vacantSince: null,
    outreachedSince: null,
    releaseFailedAt: null,
  });
}

/** Asks to be rid of the VIPs: once the claim or the keep that is under way has ended. */
export function release(transition: Transition, why: string): void {
  const { vipHold, ending } = transition.router;
  if (vipHold === "claiming" || ending?.keeping === true) {
    set(transition, { abandon: transition.router.abandon ?? why, offer: null });
    return;
  }
  assert(vipHold === "held" || vipHold === "stuck", `release with vipHold ${vipHold}`);
  transition.effects.push({ kind: "release" });
  set(transition, {
    vipHold: "releasing",
    reason: why,
    offer: null,
    claimRequest: null,
    suspended: false,
  });
}

export function claimed(transition: Transition): void {
  const { router, now } = transition;
  assert(router.vipHold === "claiming", `claimed with vipHold ${router.vipHold}`);
  const { abandon, activation } = router;
  const done = activation === null ? null : { ...activation, claimedAt: now };
  set(transition, { vipHold: "held", trouble: null, activation: done, abandon: null });
  if (abandon === null) transition.effects.push({ kind: "announce" });
  else release(transition, abandon);
}

export function claimFailed(transition: Transition, why: string): void {
  const { router, now } = transition;
  assert(router.vipHold === "claiming", `claim-failed with vipHold ${router.vipHold}`);
  const failures = (router.trouble?.failures ?? 0) + 1;
  const rest = Math.min(claimRetryMax, claimRetryFirst * 2 ** Math.min(failures - 1, 10));
  const retryAt = addMs(now, ms(rest));
  transition.reports.push({ event: "vip", kind: "claim-failed", text: why });
  set(transition, {
    vipHold: "held",
    abandon: null,
    activation: null,
    trouble: { why, failures, retryAt },
  });
  release(transition, `claim failed: ${why}`);
}

export function released(transition: Transition): void {
  const { router, now } = transition;
  assert(router.vipHold === "releasing", `released with vipHold ${router.vipHold}`);
  const grant = router.grant === null ? null : { ...router.grant, word: "released" as const };
  set(transition, {
    vipHold: "none",
    releaseFailedAt: null,
    grant,
    activation: null,
    yieldsUntil: addMs(now, yieldingFor(router.rules)),
  });
}

export function releaseFailed(transition: Transition, why: string): void {
  const { router, now } = transition;
  assert(router.vipHold === "releasing", `release-failed with vipHold ${router.vipHold}`);
  const grant = router.grant === null ? null : { ...router.grant, word: "release-failed" as const };
  if (router.releaseFailedAt === null)
    transition.reports.push({ event: "vip", kind: "release-failed", text: why });
  set(transition, { vipHold: "stuck", releaseFailedAt: now, grant, activation: null });
}

/** When a failed release is tried anew; null: none has failed. */
export const releaseAgainAt = ({ vipHold, releaseFailedAt }: Router): Instant | null =>
  vipHold === "stuck" && releaseFailedAt !== null ? addMs(releaseFailedAt, releaseRetry) : null;

/** The announcements have left, the first one then: the outage can be accounted for. */
export function announced(transition: Transition, firstAt: Instant): void {
  const { router, now } = transition;
  const { activation } = router;
  if (activation === null || activation.claimedAt === null) return;
  transition.reports.push({
    event: "state",
    kind: "timeline",
    cause: activation.cause,
    last_heard_ms:
      activation.lastHeardAt === null ? null : tenths(between(activation.lastHeardAt, now)),
    decided_ms: tenths(between(activation.decidedAt, now)),
    claimed_ms: tenths(between(activation.claimedAt, now)),
    announced_ms: tenths(between(firstAt, now)),
  });
  set(transition, { activation: { ...activation, claimedAt: null } });
}

const tenths = (length: Ms): number => Math.round(length * 10) / 10;
