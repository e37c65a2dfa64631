/**
 * Agreeing on a change while both hear each other: offer, want, released, claimed.
 *
 * Invariant: without a death a router claims only when the peer has said `released` to the very
 * wish that is open, and a router that has said so claims only after that wish is gone or the peer
 * is dead.
 */
import type { HandOverCause, Message } from "../../heartbeat/message.ts";
import { isPartial } from "../../model/router.ts";
import { addMs, earliestAfter, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import { compareFitness, doubtfulLead, unfitnessOf } from "../fitness.ts";
import { claim, release } from "../grip.ts";
import {
  heardMessage,
  holding,
  isMutual,
  peerHolds,
  type Router,
  seatOf,
  seatOfPeer,
  set,
  sharesRole,
  type Turn,
  timeout,
  type Wish,
} from "../router.ts";
import { type Claimant, failsBack, rulingOnVacancy } from "../yield.ts";
import { failbackAt } from "./failback.ts";
import { claimRegardless, takeOver } from "./takeover.ts";

/** How long an operator's switchover or a stop waits for the peer to take the offer. */
export const offerMax: Ms = seconds(2);

/**
 * The longest time, besides a time-out, by which two routers that ask the same arbiter differ in
 * seeing it go and return: one rhythm of asking (daemon/failover/arbiter.ts) and a heartbeat.
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

/** Numbers of wishes and offers go round in the 32 bits that they have on the wire; 0 is none. */
const nextWish = ({ wishes }: Router): number => (wishes % 0xffff_ffff) + 1;

const peerFitter = (router: Router, message: Message): boolean =>
  compareFitness(message.faults, unfitnessOf(router.faults)) > 0;

/** As the holder: answer the peer's wish, offer what should go. */
export function handOver(turn: Turn): void {
  const message = heardMessage(turn.router);
  if (message === null || turn.router.grip !== "held") {
    if (turn.router.offer !== null) set(turn, { offer: null });
    if (turn.router.outreachedSince !== null) set(turn, { outreachedSince: null });
    return;
  }
  refreshOutreached(turn, message);
  refreshOffer(turn, message);
  answerWish(turn, message);
}

/** Why this holder would rather not hold; null: it would. */
function offerCause(
  { router, now }: Turn,
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
function refreshOutreached(turn: Turn, message: Message): void {
  const { router, now } = turn;
  const outreached = doubtfulLead(unfitnessOf(router.faults), message.faults) !== null;
  if (outreached === (router.outreachedSince !== null)) return;
  set(turn, { outreachedSince: outreached ? now : null });
}

/** When it is certain that the peer is the fitter one; null: it is not, or there is no doubt. */
function outreachedAt(router: Router): Instant | null {
  const message = heardMessage(router);
  if (router.outreachedSince === null || message === null) return null;
  const lead = doubtfulLead(unfitnessOf(router.faults), message.faults);
  const length = lead === "checks" ? examinedAfter : ms(timeout(router) + arbiterSkewMax);
  return addMs(router.outreachedSince, length);
}

function refreshOffer(turn: Turn, message: Message): void {
  const { router, now } = turn;
  const cause = offerCause(turn, message);
  if (cause === (router.offer?.cause ?? null)) return;
  if (cause === null) set(turn, { offer: null });
  else {
    const id = nextWish(router);
    set(turn, { offer: { id, cause, since: now }, wishes: id });
  }
}

function answerWish(turn: Turn, message: Message): void {
  const { router, now } = turn;
  const { kind, id, cause } = message.handOver;
  if (kind !== "want") {
    if (router.refused > 0) set(turn, { refused: 0 });
    return;
  }
  // A wish that was refused once is not taken for the answer to a later offer.
  const accepted = router.offer?.cause === cause && router.refused !== id;
  // What can wait is not handed to a wisher who may be dead by now: his word must be fresh.
  const canWait = cause === "failback" || cause === "switchover";
  const proof = message.echo?.boot === router.boot ? message.echo.sentAt : null;
  if (canWait && (proof === null || now >= addMs(proof, timeout(router)))) return;
  if (accepted || agreesToFailback(router, message, cause)) {
    set(turn, {
      grant: { boot: message.boot, id, cause, since: now, word: "releasing" },
      refused: 0,
    });
    release(turn, reasons[cause]);
  } else if (router.refused !== id) set(turn, { refused: id });
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
  const [self, peer] = [claimantOf(router, true), claimantOfPeer(router, message, true)];
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

/** As one that does not hold, with a peer that is heard: keep promises, grant, wish, claim. */
export function negotiate(turn: Turn, message: Message): void {
  keepPromise(turn, message);
  if (turn.router.grant !== null) return;
  refreshVacancy(turn, message);
  if (message.handOver.kind === "want" && !message.holds && grantWish(turn, message)) return;
  refuseOffer(turn, message);
  if (turn.router.wish !== null) followWish(turn, message);
  if (turn.router.wish === null && !holding(turn.router)) makeWish(turn, message);
}

/** A promise ends when it was used, when the wish is gone, or when its wisher is. */
function keepPromise(turn: Turn, message: Message): void {
  const { grant } = turn.router;
  if (grant === null) return;
  const { kind, id } = message.handOver;
  const stands =
    message.boot === grant.boot && !message.holds && kind === "want" && id === grant.id;
  if (!stands) set(turn, { grant: null });
}

function refreshVacancy(turn: Turn, message: Message): void {
  const vacant = !message.holds || message.handOver.kind === "release-failed";
  if (!vacant) set(turn, { vacantSince: null });
  else if (turn.router.vacantSince === null) set(turn, { vacantSince: turn.now });
}

const isPreferred = (router: Router, message: Message): boolean =>
  rulingOnVacancy(claimantOf(router, true), claimantOfPeer(router, message, true)).survivor ===
  seatOf(router);

/** Two wishes cross: the preferred one stands. Says whether the peer's was granted. */
function grantWish(turn: Turn, message: Message): boolean {
  const { router, now } = turn;
  if (router.wish !== null && isPreferred(router, message)) return false;
  const { id, cause } = message.handOver;
  const word = router.grip === "none" ? ("released" as const) : ("release-failed" as const);
  set(turn, { wish: null, grant: { boot: message.boot, id, cause, since: now, word } });
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

function refuseOffer(turn: Turn, message: Message): void {
  const { kind, id } = message.handOver;
  const refused = kind === "offer" && !accepts(turn.router, message, turn.now) ? id : 0;
  if (turn.router.refused !== refused) set(turn, { refused });
}

/**
 * An open wish: its answer, or the end of its reason. It is never renewed while its reason stands:
 * the answer to its number may take longer than any time-out to come.
 */
function followWish(turn: Turn, message: Message): void {
  const { router, now } = turn;
  const { wish } = router;
  if (wish === null) return;
  const { kind, id } = message.handOver;
  const answered = id === wish.id && message.echo?.boot === router.boot;
  if (answered && kind === "releasing") return;
  if (answered && kind === "release-failed") {
    claimRegardless(turn, causes[wish.cause]);
    return;
  }
  if (answered && kind === "released" && !message.holds && isBound(router, message, wish, now)) {
    claim(turn, causes[wish.cause], wish.cause);
    return;
  }
  if (answered && kind === "refused") {
    set(turn, { wish: null, wishAgainAt: addMs(now, router.rules.failbackDelay) });
    return;
  }
  if (wishCause(turn, message) !== wish.cause) set(turn, { wish: null });
  // A peer that does not hear us cannot answer; if it should hold after all, it will be heard.
  else if (wish.cause === "vacant" && !isMutual(router) && now >= deafUntil(router, wish.since))
    takeOver(turn, "the peer holds nothing and does not hear this router", wish.since);
}

/**
 * Whether the promise still binds: the peer may count us as dead a time-out after the newest beat
 * of ours that it echoes, and then claims by its own right. Where the wires are slower than that,
 * no answer would ever be in time: there a promise is taken as it comes.
 */
function isBound(router: Router, message: Message, wish: Wish, now: Instant): boolean {
  const length = timeout(router);
  const heardAt = message.echo?.sentAt ?? wish.since;
  return now < addMs(heardAt, length) || now >= addMs(wish.since, ms(2 * length));
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

function makeWish(turn: Turn, message: Message): void {
  const cause = wishCause(turn, message);
  if (cause === null) return;
  const id = nextWish(turn.router);
  set(turn, { wish: { id, cause, since: turn.now }, wishes: id });
  if (cause === "failback")
    turn.reports.push({
      event: "state",
      kind: "failback",
      text: "automatic failback: this primary asks the backup for the VIPs",
    });
}

function wishCause({ router, now }: Turn, message: Message): HandOverCause | null {
  // Whoever could not let go has said so, and the peer is to act on that word: no wish beside it.
  if (!able(router, now) || router.grip !== "none") return null;
  if (!peerHolds(router)) return wishesVacancy(router, message, now) ? "vacant" : null;
  if (message.handOver.kind === "offer")
    return accepts(router, message, now) ? message.handOver.cause : null;
  const due = failbackAt(router);
  return due !== null && now >= due ? "failback" : null;
}

/** The preferred one at once; the other when the preferred one has not come forward in time. */
function wishesVacancy(router: Router, message: Message, now: Instant): boolean {
  if (isPreferred(router, message)) return true;
  return now >= (vacancyOverAt(router) ?? now);
}

export const vacancyOverAt = (router: Router): Instant | null =>
  router.vacantSince === null ? null : addMs(router.vacantSince, timeout(router));

/** When, after `since`, a wish, an offer or a vacancy is to be looked at again. */
export function agreementAt(router: Router, since: Instant): Instant | null {
  const { wish, offer, request } = router;
  return earliestAfter(
    since,
    wish === null ? null : deafUntil(router, wish.since),
    wish === null ? null : addMs(wish.since, ms(2 * timeout(router))),
    offer === null ? null : addMs(offer.since, offerMax),
    request === null ? null : addMs(request.since, offerMax),
    vacancyOverAt(router),
    outreachedAt(router),
    failbackAt(router),
  );
}
