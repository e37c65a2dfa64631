/**
 * Agreeing on a change while both hear each other: offer, want, released, claimed.
 *
 * Invariant: without a death a router claims only when the peer has said `released` to the very
 * request that is open, and a router that has said so claims only after that request is gone or the
 * peer is dead.
 */
import type { HandOverCause, Message } from "../../heartbeat/message.ts";
import { isPartial } from "../../model/router.ts";
import { addMs, earliestAfter, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import { compareFitness, doubtfulLead, unfitnessOf } from "../fitness.ts";
import {
  type ClaimRequest,
  heardMessage,
  holding,
  isMutual,
  peerHolds,
  type Router,
  seatOf,
  seatOfPeer,
  set,
  sharesRole,
  type Transition,
  timeout,
} from "../router.ts";
import { claim, release } from "../vip-hold.ts";
import { type Claimant, failsBack, rulingOnVacancy } from "../yield.ts";
import { failbackAt } from "./failback.ts";
import { claimRegardless, takeOver } from "./takeover.ts";

/** How long an operator's switchover or a stop waits for the peer to take the offer. */
export const offerMax: Ms = seconds(2);

/**
 * The longest time, in addition to a time-out, by which two routers that ask the same arbiter
 * differ in seeing it go and return: one rhythm of asking (daemon/failover/arbiter.ts) and a
 * heartbeat.
 */
const arbiterSkewMax: Ms = ms(200);

/**
 * How long a standby that hears of checks that cannot be tried has to try its own: one try with the
 * default timeout, and two heartbeats.
 */
const examinedAfter: Ms = seconds(3);

/** This router as the peer knows it. */
export const claimantOf = (router: Router, heard: boolean): Claimant => ({
  role: seatOf(router),
  heard,
  ready: router.ready && router.ending === null,
  faults: unfitnessOf(router.faults),
  term: router.term,
  // Which of two primaries is the one to go back to, neither knows.
  failback: sharesRole(router) ? "manual" : router.rules.failback,
  suspended: router.suspended,
});

/** Numbers of requests and offers go round in the 32 bits that they have on the wire; 0 is none. */
const nextNumber = ({ claimRequests }: Router): number => (claimRequests % 0xffff_ffff) + 1;

const peerFitter = (router: Router, message: Message): boolean =>
  compareFitness(message.faults, unfitnessOf(router.faults)) > 0;

/** As the holder: answer the peer's request, offer what should go. */
export function handOver(transition: Transition): void {
  const message = heardMessage(transition.router);
  if (message === null || transition.router.vipHold !== "held") {
    if (transition.router.offer !== null) set(transition, { offer: null });
    if (transition.router.outreachedSince !== null) set(transition, { outreachedSince: null });
    return;
  }
  refreshOutreached(transition, message);
  refreshOffer(transition, message);
  answerRequest(transition, message);
}

/** Why this holder would rather not hold; null: it would. */
function offerCause(
  { router, now }: Transition,
  message: Message,
): "stop" | "switchover" | "unfit" | null {
  if (!isMutual(router) || !message.ready || message.holds) return null;
  if (router.ending?.kind === "restart") return null;
  if (router.ending !== null) return "stop";
  if (router.request !== null) return "switchover";
  if (!peerFitter(router, message)) return null;
  const doubtUntil = outreachedAt(router);
  return doubtUntil !== null && now < doubtUntil ? null : "unfit";
}

/** What is wrong with an arbiter, or with checks, one router finds out first. */
function refreshOutreached(transition: Transition, message: Message): void {
  const { router, now } = transition;
  const outreached = doubtfulLead(unfitnessOf(router.faults), message.faults) !== null;
  if (outreached === (router.outreachedSince !== null)) return;
  set(transition, { outreachedSince: outreached ? now : null });
}

/** When it is certain that the peer is the fitter one; null: it is not, or there is no doubt. */
function outreachedAt(router: Router): Instant | null {
  const message = heardMessage(router);
  if (router.outreachedSince === null || message === null) return null;
  const lead = doubtfulLead(unfitnessOf(router.faults), message.faults);
  const length = lead === "checks" ? examinedAfter : ms(timeout(router) + arbiterSkewMax);
  return addMs(router.outreachedSince, length);
}

function refreshOffer(transition: Transition, message: Message): void {
  const { router, now } = transition;
  const cause = offerCause(transition, message);
  if (cause === (router.offer?.cause ?? null)) return;
  if (cause === null) set(transition, { offer: null });
  else {
    const id = nextNumber(router);
    set(transition, { offer: { id, cause, since: now }, claimRequests: id });
  }
}

function answerRequest(transition: Transition, message: Message): void {
  const { router, now } = transition;
  const { kind, id, cause } = message.handOver;
  if (kind !== "want") {
    if (router.refused > 0) set(transition, { refused: 0 });
    return;
  }
  // A request that was refused once is not taken for the answer to a later offer.
  const accepted = router.offer?.cause === cause && router.refused !== id;
  // What can wait is not handed to a router that may be dead by now: its word must be fresh.
  const canWait = cause === "failback" || cause === "switchover";
  const proof = message.echo?.boot === router.boot ? message.echo.sentAt : null;
  if (canWait && (proof === null || now >= addMs(proof, timeout(router)))) return;
  if (accepted || agreesToFailback(router, message, cause)) {
    set(transition, {
      grant: { boot: message.boot, id, cause, since: now, word: "releasing" },
      refused: 0,
    });
    release(transition, reasons[cause]);
  } else if (router.refused !== id) set(transition, { refused: id });
}

const reasons: Readonly<Record<HandOverCause, string>> = {
  none: "handed over",
  switchover: "switchover",
  failback: "failback",
  stop: "stopping",
  unfit: "the peer is fitter",
  vacant: "nobody held the VIPs",
};

function agreesToFailback(router: Router, message: Message, cause: HandOverCause): boolean {
  if (cause !== "failback" || router.role !== "backup" || !isMutual(router)) return false;
  // The primary would take away what only this file has.
  if (router.configMatch === false) return false;
  const self = claimantOf(router, true);
  const peer = claimantOfPeer(router, message, true);
  return failsBack(self, peer) && compareFitness(peer.faults, self.faults) >= 0;
}

export const claimantOfPeer = (router: Router, message: Message, heard: boolean): Claimant => ({
  role: seatOfPeer(router),
  heard,
  ready: message.ready,
  faults: message.faults,
  term: message.term,
  failback: sharesRole(router) ? "manual" : message.failback,
  suspended: message.suspended,
});

/** As one that does not hold, with a peer that is heard: keep promises, grant, request, claim. */
export function negotiate(transition: Transition, message: Message): void {
  keepPromise(transition, message);
  if (transition.router.grant !== null) return;
  refreshVacancy(transition, message);
  if (message.handOver.kind === "want" && !message.holds && grantRequest(transition, message))
    return;
  refuseOffer(transition, message);
  if (transition.router.claimRequest !== null) followClaimRequest(transition, message);
  if (transition.router.claimRequest === null && !holding(transition.router))
    makeRequest(transition, message);
}

/** A promise ends when it was used, when the request is gone, or when its sender is. */
function keepPromise(transition: Transition, message: Message): void {
  const { grant } = transition.router;
  if (grant === null) return;
  const { kind, id } = message.handOver;
  const stands =
    message.boot === grant.boot && !message.holds && kind === "want" && id === grant.id;
  if (!stands) set(transition, { grant: null });
}

function refreshVacancy(transition: Transition, message: Message): void {
  const vacant = !message.holds || message.handOver.kind === "release-failed";
  if (!vacant) set(transition, { vacantSince: null });
  else if (transition.router.vacantSince === null) set(transition, { vacantSince: transition.now });
}

const isPreferred = (router: Router, message: Message): boolean =>
  rulingOnVacancy(claimantOf(router, true), claimantOfPeer(router, message, true)).survivor ===
  seatOf(router);

/** Two requests cross: the preferred one stands. Says whether the peer's was granted. */
function grantRequest(transition: Transition, message: Message): boolean {
  const { router, now } = transition;
  if (router.claimRequest !== null && isPreferred(router, message)) return false;
  const { id, cause } = message.handOver;
  const word = router.vipHold === "none" ? ("released" as const) : ("release-failed" as const);
  set(transition, {
    claimRequest: null,
    grant: { boot: message.boot, id, cause, since: now, word },
  });
  return true;
}

/** May this router claim at all, now? */
export const able = (router: Router, now: Instant): boolean =>
  router.ready &&
  router.ending === null &&
  (router.trouble === null || now >= router.trouble.retryAt) &&
  !router.faults.some(({ kind }) => kind === "role");

/** Whether this router takes the peer's offer: a stop is taken by anybody who is able. */
function accepts(router: Router, message: Message, now: Instant): boolean {
  if (!able(router, now)) return false;
  if (message.handOver.cause === "stop") return true;
  // Who has just failed to claim at all does not take what the holder has but for a part.
  const isHeldInPart = message.faults.every(isPartial);
  if (message.handOver.cause === "unfit" && router.trouble !== null && isHeldInPart) return false;
  const better = compareFitness(unfitnessOf(router.faults), message.faults);
  return message.handOver.cause === "unfit" ? better > 0 : better >= 0;
}

function refuseOffer(transition: Transition, message: Message): void {
  const { kind, id } = message.handOver;
  const refused = kind === "offer" && !accepts(transition.router, message, transition.now) ? id : 0;
  if (transition.router.refused !== refused) set(transition, { refused });
}

/**
 * An open request: its answer, or the end of its reason. It is never renewed while its reason
 * stands: the answer to its number may take longer than any time-out to come.
 */
function followClaimRequest(transition: Transition, message: Message): void {
  const { router, now } = transition;
  const { claimRequest } = router;
  if (claimRequest === null) return;
  const { kind, id } = message.handOver;
  const answered = id === claimRequest.id && message.echo?.boot === router.boot;
  if (answered && kind === "releasing") return;
  if (answered && kind === "release-failed") {
    claimRegardless(transition, causes[claimRequest.cause]);
    return;
  }
  if (
    answered &&
    kind === "released" &&
    !message.holds &&
    isBound(router, message, claimRequest, now)
  ) {
    claim(transition, causes[claimRequest.cause], claimRequest.cause);
    return;
  }
  if (answered && kind === "refused") {
    set(transition, { claimRequest: null, requestAgainAt: addMs(now, router.rules.failbackDelay) });
    return;
  }
  if (requestCause(transition, message) !== claimRequest.cause)
    set(transition, { claimRequest: null });
  // A peer that does not hear us cannot answer; if it should hold after all, it will be heard.
  else if (
    claimRequest.cause === "vacant" &&
    !isMutual(router) &&
    now >= deafUntil(router, claimRequest.since)
  )
    takeOver(
      transition,
      "the peer holds nothing and does not hear this router",
      claimRequest.since,
    );
}

/**
 * Whether the promise still binds: the peer may count us as dead a time-out after the newest beat
 * of ours that it echoes, and then claims by its own right. Where the wires are slower than that,
 * no answer would ever be in time: there a promise is taken as it comes.
 */
function isBound(
  router: Router,
  message: Message,
  claimRequest: ClaimRequest,
  now: Instant,
): boolean {
  const length = timeout(router);
  const heardAt = message.echo?.sentAt ?? claimRequest.since;
  return now < addMs(heardAt, length) || now >= addMs(claimRequest.since, ms(2 * length));
}

const deafUntil = (router: Router, since: Instant): Instant => addMs(since, timeout(router));

/** The cause of an activation, as operators read it. */
const causes: Readonly<Record<HandOverCause, string>> = {
  none: "handed over by the peer",
  switchover: "switchover",
  failback: "failback",
  stop: "the peer stops",
  unfit: "the peer is unfit",
  vacant: "nobody held the VIPs",
};

function makeRequest(transition: Transition, message: Message): void {
  const cause = requestCause(transition, message);
  if (cause === null) return;
  const id = nextNumber(transition.router);
  set(transition, { claimRequest: { id, cause, since: transition.now }, claimRequests: id });
  if (cause === "failback")
    transition.reports.push({
      event: "state",
      kind: "failback",
      text: "automatic failback: this primary asks the backup for the VIPs",
    });
}

function requestCause({ router, now }: Transition, message: Message): HandOverCause | null {
  // Whoever could not let go has said so, and the peer is to act on that word: no request with it.
  if (!able(router, now) || router.vipHold !== "none") return null;
  if (!peerHolds(router)) return wantsVacancy(router, message, now) ? "vacant" : null;
  if (message.handOver.kind === "offer")
    return accepts(router, message, now) ? message.handOver.cause : null;
  const due = failbackAt(router);
  return due !== null && now >= due ? "failback" : null;
}

/** The preferred one at once; the other when the preferred one has not come forward in time. */
function wantsVacancy(router: Router, message: Message, now: Instant): boolean {
  if (isPreferred(router, message)) return true;
  return now >= (vacancyOverAt(router) ?? now);
}

export const vacancyOverAt = (router: Router): Instant | null =>
  router.vacantSince === null ? null : addMs(router.vacantSince, timeout(router));

/** When, after `since`, a request, an offer or a vacancy is to be looked at again. */
export function agreementAt(router: Router, since: Instant): Instant | null {
  const { claimRequest, offer, request } = router;
  return earliestAfter(
    since,
    claimRequest === null ? null : deafUntil(router, claimRequest.since),
    claimRequest === null ? null : addMs(claimRequest.since, ms(2 * timeout(router))),
    offer === null ? null : addMs(offer.since, offerMax),
    request === null ? null : addMs(request.since, offerMax),
    vacancyOverAt(router),
    outreachedAt(router),
    failbackAt(router),
  );
}
