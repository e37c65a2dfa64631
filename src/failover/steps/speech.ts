/**
 * What this router says, and when: every interval, at once when it has something new to say, and
 * every few ms while the two are agreeing on a change.
 *
 * Invariant: what is said follows from the memory alone, so a word never runs ahead of its deed.
 */
import { type HandOver, type Message, majorVersion, noHandOver } from "../../heartbeat/message.ts";
import { echoes } from "../../heartbeat/peer.ts";
import { addMs, earliest, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import { unfitnessOf } from "../fitness.ts";
import { accompanyingWord, wordOf } from "../pulse/dialect.ts";
import {
  heardMessage,
  isMutual,
  type Router,
  type Said,
  set,
  slowerInterval,
  type Transition,
} from "../router.ts";

/** The rhythm while a change is being agreed on: a lost word costs little. */
export const hurryEvery: Ms = ms(5);
/** An agreement that takes longer goes on at the ordinary rhythm. */
const hurryFor: Ms = seconds(2);
/** Intervals of silence after which a beat is missing, and how often it is then asked for. */
const askAfter = 1.5;
const asksAnInterval = 4;
/**
 * A router that has just claimed and hears no peer sends so many times as often for so many
 * intervals: a peer that it is deaf to holds as well, and can only judge that by what it hears of
 * us (dispute.ts).
 */
const insistsAnInterval = 4;
const insistFor = 3;
/** A stranger is answered at most this often: replays must not make us a siren. */
export const strangerEvery: Ms = ms(20);

/** The step of a planned change that this router is at. A promise outranks every request. */
export function handOverOf(router: Router): HandOver {
  const { grant, claimRequest, offer, refused, vipHold, releaseFailedAt } = router;
  if (grant !== null) return { kind: grant.word, id: grant.id, cause: grant.cause };
  if (vipHold === "stuck" || (vipHold === "releasing" && releaseFailedAt !== null))
    return { kind: "release-failed", id: 0, cause: "none" };
  if (vipHold === "releasing" || router.abandon !== null)
    return { kind: "releasing", id: 0, cause: "none" };
  if (claimRequest !== null)
    return { kind: "want", id: claimRequest.id, cause: claimRequest.cause };
  if (offer !== null) return { kind: "offer", id: offer.id, cause: offer.cause };
  return refused > 0 ? { kind: "refused", id: refused, cause: "none" } : noHandOver;
}

function messageOf(router: Router, leaving: boolean, now: Instant): Message {
  const { rules, ending } = router;
  return {
    major: majorVersion,
    cluster: rules.cluster,
    role: router.role,
    boot: router.boot,
    sequence: router.sequence + 1,
    sentAt: now,
    ...echoes(router.peer, hearsPeer(router), now),
    state: router.state,
    holds: router.vipHold !== "none",
    ready: router.ready && ending === null,
    hears: hearsPeer(router),
    asks: now >= (missingAt(router) ?? now + 1),
    leaving,
    term: router.term,
    termSeen: router.termSeen,
    faults: unfitnessOf(router.faults),
    reach: "unknown",
    unserved: 0,
    interval: rules.interval,
    deadAfter: rules.deadAfter,
    failback: rules.failback,
    suspended: router.suspended,
    handOver: handOverOf(router),
    // Who leaves has kept nothing for which the peer should wait.
    holdFor: ending?.kind === "restart" && !leaving ? ending.holdFor : ms(0),
    config: rules.config,
    digest: nothing,
  };
}

/** In lvsd's own protocol: a word of pulse says nothing of who was heard. */
const hearsPeer = ({ peerAlive, dialect }: Router): boolean => peerAlive && dialect === "lvsd";

const nothing = new Uint8Array(0);

/** What this router says now, as far as it is worth a beat out of turn. */
const saidNow = (router: Router): Said => ({
  state: router.state,
  vipHold: router.vipHold,
  ready: router.ready,
  peerAlive: router.peerAlive,
  suspended: router.suspended,
  ending: router.ending,
  faults: router.faults,
  term: router.term,
  rules: router.rules,
  peerBoot: router.peer.boot,
  handOver: handOverOf(router),
  word: wordOf(router),
});

/** Whether something has changed that is worth a beat out of turn. */
function hasNews(router: Router): boolean {
  const { said } = router;
  if (said === null) return true;
  if (router.rules.protocol === "pulse") return said.word !== wordOf(router);
  const { kind, id } = handOverOf(router);
  return (
    said.state !== router.state ||
    said.vipHold !== router.vipHold ||
    said.ready !== router.ready ||
    said.peerAlive !== router.peerAlive ||
    said.suspended !== router.suspended ||
    said.ending !== router.ending ||
    said.faults !== router.faults ||
    said.term !== router.term ||
    said.rules !== router.rules ||
    said.peerBoot !== router.peer.boot ||
    said.handOver.kind !== kind ||
    said.handOver.id !== id
  );
}

/**
 * Since when the two are agreeing on something; null: they are not, or there is nothing to say
 * until the holder has let go, who needs the processor for that.
 */
function agreeingSince(router: Router): Instant | null {
  const { claimRequest, grant, offer, dispute, ending } = router;
  const wanted =
    claimRequest !== null && isMutual(router) && !isBeingGranted(router)
      ? claimRequest.since
      : null;
  const granted = grant?.word === "releasing" ? null : (grant?.since ?? null);
  const restarting = ending?.kind === "restart" ? ending.since : null;
  if (!hearsPeer(router)) return null;
  return earliest(wanted, granted, offer?.since ?? null, dispute?.since ?? null, restarting);
}

/** The peer has said that it is letting go for this router's request. */
function isBeingGranted(router: Router): boolean {
  const answer = heardMessage(router)?.handOver;
  return answer?.kind === "releasing" && answer.id === router.claimRequest?.id;
}

/** When the next beat of the peer is so late that it is asked for; null: no peer is heard. */
function missingAt(router: Router): Instant | null {
  const { peer, rules } = router;
  if (!hearsPeer(router) || peer.heardAt === null) return null;
  return addMs(peer.heardAt, ms(askAfter * (peer.message?.interval ?? rules.interval)));
}

/** From then on a lost beat is made up for: death is judged on many chances instead of three. */
function askAt(router: Router): Instant | null {
  const missing = missingAt(router);
  if (missing === null || router.lastSentAt === null) return null;
  const pause = ms(partOf(router.rhythm, asksAnInterval));
  return Math.max(missing, addMs(router.lastSentAt, pause)) as Instant;
}

/** Until when a claim is insisted on; null: there is none, or the peer answers. */
function insistingUntil(router: Router): Instant | null {
  const { activation, peerAlive, dialect } = router;
  if (activation === null || peerAlive || dialect === "pulse") return null;
  return addMs(activation.decidedAt, ms(insistFor * slowerInterval(router)));
}

function pauseOf(router: Router, now: Instant): Ms {
  const { rhythm } = router;
  const since = agreeingSince(router);
  if (since !== null && now < addMs(since, hurryFor)) return ms(Math.min(hurryEvery, rhythm));
  if (now < (insistingUntil(router) ?? now)) return ms(partOf(rhythm, insistsAnInterval));
  return rhythm;
}

/** No more often than while a change is being agreed on. */
const partOf = (rhythm: Ms, parts: number): number => Math.max(hurryEvery, rhythm / parts);

/** When the next beat is due; null: there is no peer to send to. */
export function beatAt(router: Router, now: Instant): Instant | null {
  if (router.rules.alone) return null;
  if (router.lastSentAt === null) return now;
  const soonest = addMs(router.lastSentAt, pauseOf(router, now));
  return earliest(soonest, router.answerAt, askAt(router));
}

/** Sends a beat if one is due or something new is to be said. */
export function speak(transition: Transition): void {
  const { router, now } = transition;
  const due = beatAt(router, now);
  if (due === null) return;
  if (now >= due || hasNews(router)) say(transition, false);
}

/** Sends a beat now. */
export function say(transition: Transition, leaving: boolean): void {
  const { router, now } = transition;
  if (router.rules.protocol === "pulse")
    transition.effects.push({ kind: "send-word", word: wordOf(router) });
  else {
    const message = messageOf(router, leaving, now);
    transition.effects.push({ kind: "send", message, word: accompanyingWord(router, now) });
  }
  set(transition, {
    sequence: router.sequence + 1,
    lastSentAt: now,
    said: saidNow(router),
    answerAt: null,
  });
}
