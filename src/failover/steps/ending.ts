/**
 * What operators ask of the machine: a switchover, a stop, an announced restart.
 */
import { assert } from "../../model/error.ts";
import {
  addMs,
  between,
  earliestAfter,
  type Instant,
  type Ms,
  ms,
  seconds,
} from "../../model/time.ts";
import { compareFitness, printUnfitness, unfitnessOf } from "../fitness.ts";
import {
  heardMessage,
  isMutual,
  peerHolds,
  peerIsActive,
  peerRuns,
  type Router,
  set,
  type Transition,
} from "../router.ts";
import { refreshState } from "../state.ts";
import { release } from "../vip-hold.ts";
import { offerMax } from "./handover.ts";
import { say } from "./speech.ts";

/** From the request to the peer's word `active`; the hand-over itself takes milliseconds. */
const requestMax: Ms = seconds(10);
/** How long a restarting router waits for the peer to have heard of the hold. */
const holdSayMax: Ms = ms(300);
/** The last word is said so many times: it is not repeated later. */
const lastWords = 3;

/** A peer that speaks pulse says `running` at its next beat only. */
const requestLength = ({ dialect, rules }: Router): Ms =>
  dialect === "lvsd" ? requestMax : ms(Math.max(requestMax, 3 * rules.interval));

const answer = (transition: Transition, request: number, why: string | null): void => {
  transition.effects.push({ kind: "answer", request, why });
};

/** Why this router cannot hand over now; null: it can. */
function obstacle(router: Router): string | null {
  if (router.ending !== null) return "the daemon is stopping";
  if (router.state !== "active") return `this router is ${router.state}, not active`;
  if (router.rules.alone) return "no backup is configured: there is nobody to hand over to";
  const message = heardMessage(router);
  if (!router.peerAlive) return "the peer is dead";
  if (router.dialect === "pulse") return obstacleByPulse(router);
  if (message === null) return "the peer speaks another version of the heartbeat";
  if (!isMutual(router)) return "the peer does not hear this router";
  if (!message.ready) return "the peer is not ready: its table is not programmed yet";
  if (compareFitness(message.faults, unfitnessOf(router.faults)) < 0)
    return `the peer is unfit: ${printUnfitness(message.faults)}`;
  return router.request === null ? null : "a switchover is under way already";
}

/** Of a peer that speaks pulse no more is known than whether it is active. */
function obstacleByPulse(router: Router): string | null {
  if (peerRuns(router)) return "the peer says that it is active, too";
  if (router.pulse.state === null) return "the peer has not said yet whether it is active";
  // It speaks lvsd's own protocol, in which whoever hears this router says so.
  if (router.pulse.capableSince !== null) return "the peer does not hear this router";
  return router.request === null ? null : "a switchover is under way already";
}

export function askSwitchover(transition: Transition, request: number): void {
  const why = obstacle(transition.router);
  if (why !== null) answer(transition, request, why);
  else set(transition, { request: { number: request, since: transition.now } });
}

/** Answers the operator once it is known how the switchover ended. */
export function followRequest(transition: Transition): void {
  const { router, now } = transition;
  const { request, offer } = router;
  if (request === null) return;
  const why = endOfRequest(router, request.since, now);
  if (why === undefined) return;
  answer(transition, request.number, why);
  set(transition, { request: null, offer: offer?.cause === "switchover" ? null : offer });
}

const takenBack = "the peer did not claim; this router takes the VIPs back";

/** Null: done; a text: failed; undefined: not ended yet. */
function endOfRequest(router: Router, since: Instant, now: Instant): string | null | undefined {
  const message = heardMessage(router);
  const waited = between(since, now);
  if (message === null && !(router.peerAlive && router.dialect === "pulse"))
    return "the peer fell silent";
  if (router.ending !== null) return "the daemon is stopping";
  if (router.vipHold === "none") {
    if (peerIsActive(router)) return null;
    if (waited >= requestLength(router)) return "the peer did not say in time that it is active";
    return undefined;
  }
  if (router.vipHold === "stuck") return "this router could not release the VIPs";
  if (router.vipHold === "claiming") return takenBack;
  if (router.vipHold === "releasing") return undefined;
  // In pulse nothing is offered: the VIPs are let go of, and taken back where the peer does not.
  if (message === null) return (router.activation?.decidedAt ?? 0) > since ? takenBack : undefined;
  const { handOver } = message;
  if (handOver.kind === "refused" && handOver.id === router.offer?.id)
    return message.faults.length > 0
      ? `the peer refused: it is unfit (${printUnfitness(message.faults)})`
      : "the peer refused";
  return waited >= offerMax ? "the peer did not accept in time" : undefined;
}

/** A stop overrides a restart that is still on its way; nothing overrides a stop. */
export function askEnding(transition: Transition, kind: "stop" | "restart", holdFor: Ms): void {
  const { router, now } = transition;
  if (router.ending !== null && (router.ending.kind === "stop" || kind === "restart")) return;
  const fromSequence = router.sequence + 1;
  const keeping = router.ending?.keeping ?? false;
  set(transition, {
    ending: { kind, since: now, holdFor, fromSequence, keeping },
    claimRequest: null,
  });
}

/** Goes on with the ending; true when nothing else is to be decided any more. */
export function followEnding(transition: Transition): boolean {
  const { ending } = transition.router;
  if (ending === null) return false;
  const { dialect, peerAlive, rules } = transition.router;
  const isSeen = dialect === "pulse" && peerAlive && ending.holdFor > rules.deadAfter;
  if (ending.kind === "restart" && isSeen && !ending.keeping)
    stopInstead(transition, "the peer speaks pulse and cannot be asked to wait for so long");
  else if (ending.kind === "restart") return followRestart(transition);
  return followStop(transition);
}

function followStop(transition: Transition): boolean {
  const { router, now } = transition;
  const since = router.ending?.since ?? now;
  const inTime = now < addMs(since, offerMax);
  if (router.vipHold === "releasing" || router.ending?.keeping === true) return true;
  if (router.vipHold === "claiming") {
    release(transition, "stopping");
    return true;
  }
  if (router.vipHold === "held") {
    if (inTime && offerStands(router)) return false;
    release(transition, "stopping");
    return true;
  }
  // The peer's word `active` confirms what was promised; a stop does not wait beyond its time.
  const message = heardMessage(router);
  const claiming = message !== null && peerHolds(router) && message.state !== "active";
  if (message !== null && (router.grant !== null || claiming) && inTime) return false;
  leave(transition);
  return true;
}

/** The peer can take the VIPs and has not said no. */
function offerStands(router: Router): boolean {
  const message = heardMessage(router);
  if (message === null || !isMutual(router) || !message.ready || message.holds) return false;
  const { kind, id } = message.handOver;
  return !(kind === "refused" && id === router.offer?.id);
}

function followRestart(transition: Transition): boolean {
  const { router, now } = transition;
  const ending = router.ending;
  if (ending === null || router.vipHold === "claiming" || router.vipHold === "releasing")
    return true;
  if (router.vipHold !== "held") {
    leave(transition);
    return true;
  }
  const echo = heardMessage(router)?.echo ?? null;
  const known = echo?.boot === router.boot && echo.sequence >= ending.fromSequence;
  const patient =
    router.dialect === "lvsd" &&
    router.peerAlive &&
    !known &&
    now < addMs(ending.since, holdSayMax);
  if (patient || ending.keeping) return true;
  transition.effects.push({ kind: "keep", holdFor: ending.holdFor });
  set(transition, { ending: { ...ending, keeping: true } });
  return true;
}

/** The addresses outlive this process, but not the hold that was asked of the peer. */
export function kept(transition: Transition): void {
  const { router } = transition;
  assert(router.ending?.keeping === true, "kept without being asked to keep");
  if (router.abandon !== null) stopInstead(transition, router.abandon);
  else if (router.ending.kind === "stop")
    set(transition, { ending: { ...router.ending, keeping: false } });
  else {
    if (!router.rules.alone) say(transition, false);
    end(transition);
  }
}

/** Without a lifetime the addresses would stay for ever if no process came back: a stop instead. */
export function keepFailed(transition: Transition, why: string): void {
  assert(transition.router.ending?.keeping === true, "keep-failed without being asked to keep");
  stopInstead(transition, why);
}

/** A restart, or a stop that came in its midst, becomes a stop from now on. */
function stopInstead(transition: Transition, why: string): void {
  const { router, now } = transition;
  const { ending, abandon } = router;
  transition.reports.push({
    event: "machine",
    kind: "failed",
    text: `no restart on the run: ${why}`,
  });
  if (ending !== null)
    set(transition, { ending: { ...ending, kind: "stop", since: now, keeping: false } });
  if (abandon === null) return;
  set(transition, { abandon: null });
  release(transition, abandon);
}

function leave(transition: Transition): void {
  refreshState(transition);
  if (!transition.router.rules.alone)
    for (let count = 0; count < lastWords; count++) say(transition, true);
  end(transition);
}

function end(transition: Transition): void {
  if (transition.router.request !== null)
    answer(transition, transition.router.request.number, "the daemon is stopping");
  transition.effects.push({ kind: "stopped" });
  set(transition, { ended: true, request: null });
}

/** When, after `since`, an ending is to be looked at again. */
export function endingAt(router: Router, since: Instant): Instant | null {
  const { ending, request } = router;
  return earliestAfter(
    since,
    ending === null ? null : addMs(ending.since, ending.kind === "stop" ? offerMax : holdSayMax),
    request === null ? null : addMs(request.since, requestLength(router)),
  );
}
