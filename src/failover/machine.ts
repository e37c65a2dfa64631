/**
 * Who is active: one step of the failover machine. protocol.ts is its contract, docs/failover.md
 * its properties.
 *
 * A step takes in one input, then decides anew from everything known, then speaks. Decisions depend
 * on the memory and the time alone, never on which input came last.
 */
import type { Fault } from "../model/router.ts";
import { earliest, earliestAfter, type Instant, ms } from "../model/time.ts";
import {
  faultsChangeAt,
  hasLinkFault,
  isolatingFault,
  refreshFaults,
  takeFaults,
} from "./fitness.ts";
import {
  announced,
  claim,
  claimed,
  claimFailed,
  release,
  releaseAgainAt,
  released,
  releaseFailed,
} from "./grip.ts";
import type { Effect, Input } from "./protocol.ts";
import { heardWord } from "./pulse/hearing.ts";
import { holdByPulse, settleByPulse, takeByPulse } from "./pulse/rule.ts";
import { takeRules } from "./reload.ts";
import {
  heardAtOf,
  heardMessage,
  holding,
  type Router,
  set,
  type Turn,
  timeout,
} from "./router.ts";
import { refreshState } from "./state.ts";
import { settleDispute } from "./steps/dispute.ts";
import {
  askEnding,
  askSwitchover,
  endingAt,
  followEnding,
  followRequest,
  keepFailed,
  kept,
} from "./steps/ending.ts";
import { able, agreementAt, handOver, negotiate } from "./steps/handover.ts";
import { heard, judge, judgeAt, listen, sleptTooLong, speakSoon } from "./steps/hearing.ts";
import { beatAt, speak } from "./steps/speech.ts";
import {
  askArbiter,
  fenceEnded,
  gateAgainAt,
  probed,
  probeEarlyAt,
  startOverAt,
  takeOver,
} from "./steps/takeover.ts";

export interface Step {
  readonly router: Router;
  readonly effects: readonly Effect[];
}

/**
 * Feeds one input. Whatever a stranger sends or the kernel does is an ordinary input; an outcome
 * of something that was never asked for is a bug of the engine and throws.
 */
export function step(router: Router, input: Input, now: Instant): Step {
  if (router.ended) return { router, effects: [] };
  const turn: Turn = { router, effects: [], reports: [], now };
  if (sleptTooLong(turn) && holding(turn.router)) release(turn, "slept too long");
  begin(turn);
  absorb(turn, input);
  refreshFaults(turn, timeout(turn.router));
  if (input.kind === "wake") judge(turn);
  decide(turn, router);
  refreshFaults(turn, timeout(turn.router));
  refreshState(turn);
  if (!turn.router.ended) speak(turn);
  const effects: Effect[] = turn.effects;
  for (const event of turn.reports) effects.push({ kind: "report", event });
  return { router: { ...turn.router, steppedAt: now }, effects };
}

/** What the predecessor left in the kernel is adopted or removed before anything else. */
function begin(turn: Turn): void {
  const { router } = turn;
  if (router.steppedAt !== null || router.found === "nothing") return;
  if (router.found === "kept") claim(turn, "adopted after a restart", "none");
  else if (!router.rules.alone) {
    set(turn, { grip: "held" });
    release(turn, "left behind by a killed predecessor");
  }
}

function absorb(turn: Turn, input: Input): void {
  switch (input.kind) {
    case "wake":
      break;
    case "heard":
      heard(turn, input.path, input.message, input.message);
      break;
    case "heard-version":
      heard(turn, input.path, input.header, null);
      break;
    case "heard-word":
      heardWord(turn, input.path, input.word, input.lone);
      break;
    case "faults":
      faultsFound(turn, input.faults);
      break;
    case "ready":
      set(turn, { ready: true });
      break;
    case "whole":
      set(turn, { missing: input.missing });
      break;
    case "claimed":
      claimed(turn);
      break;
    case "claim-failed":
      claimFailed(turn, input.why);
      break;
    case "released":
      released(turn);
      break;
    case "release-failed":
      releaseFailed(turn, input.why);
      break;
    case "announced":
      announced(turn, input.firstAt ?? turn.now);
      break;
    case "kept":
      kept(turn);
      break;
    case "keep-failed":
      keepFailed(turn, input.why);
      break;
    case "fenced":
      fenceEnded(turn, null);
      break;
    case "fence-failed":
      fenceEnded(turn, input.why);
      break;
    case "probed":
      probed(turn, input.answered);
      break;
    case "contested":
      if (!holding(turn.router)) break;
      set(turn, { contested: true });
      speakSoon(turn);
      break;
    case "switchover":
      askSwitchover(turn, input.request);
      break;
    case "stop":
      askEnding(turn, "stop", ms(0));
      break;
    case "restart":
      askEnding(turn, "restart", input.holdFor);
      break;
    case "rules":
      takeRules(turn, input.rules);
      break;
    default:
      input satisfies never;
  }
}

function faultsFound(turn: Turn, faults: readonly Fault[]): void {
  // Behind a failed link it was deaf: that it heard nobody says nothing of the peer.
  if (hasLinkFault(turn.router.outside) && !hasLinkFault(faults))
    listen(turn, timeout(turn.router));
  takeFaults(turn, faults);
}

function decide(turn: Turn, before: Router): void {
  if (turn.router.dialect === "pulse") settleByPulse(turn, before);
  else settleDispute(turn, before);
  followRequest(turn);
  if (followEnding(turn)) return;
  const { grip } = turn.router;
  if (grip === "claiming" || grip === "held") decideAsHolder(turn);
  else if (grip === "none" || grip === "stuck") decideAsSpare(turn);
}

function decideAsHolder(turn: Turn): void {
  const { router } = turn;
  if (router.rules.alone || router.dispute !== null || router.abandon !== null) return;
  const cutOff = router.peerAlive ? null : isolatingFault(router);
  if (cutOff !== null) release(turn, `${cutOff.text}, and the peer is not heard`);
  else if (router.dialect === "pulse") holdByPulse(turn);
  else handOver(turn);
}

function decideAsSpare(turn: Turn): void {
  const { router, now } = turn;
  const message = heardMessage(router);
  if (message !== null) negotiate(turn, message);
  else if (!router.peerAlive) decideUnheard(turn);
  else if (router.dialect === "pulse") takeByPulse(turn);
  const early = probeEarlyAt(turn.router);
  if (early !== null && now >= early) askArbiter(turn);
  const again = releaseAgainAt(turn.router);
  if (again !== null && now >= again) release(turn, turn.router.reason);
}

/** Nobody is heard: a lone router serves, another takes over, a starting one waits first. */
function decideUnheard(turn: Turn): void {
  const { router, now } = turn;
  const { rules, listenUntil } = router;
  const heardAt = heardAtOf(router);
  if (!router.begun && now >= startOverAt(router)) set(turn, { begun: true });
  if (!able(router, now) || !turn.router.begun) return;
  if (rules.alone) claim(turn, "single router", "none");
  else if (router.peerLeft) {
    if (isolatingFault(router) === null) claim(turn, "the peer has stopped", "none");
  } else if (listenUntil === null || now >= listenUntil) {
    const cause = heardAt === null ? "no peer heard" : "peer dead";
    takeOver(turn, cause, heardAt ?? router.startedAt);
  }
}

/** When `step` wants a wake at the latest; null only after `stopped`. Early wakes are harmless. */
export function wakeAt(router: Router): Instant | null {
  const { steppedAt } = router;
  if (router.ended) return null;
  if (steppedAt === null) return router.startedAt;
  if (router.looking) return steppedAt;
  const waiting = !router.begun && heardAtOf(router) === null;
  // What was due by the last step has been looked at then; only a verdict waits for a wake.
  return earliest(
    faultsChangeAt(router, timeout(router), steppedAt),
    agreementAt(router, steppedAt),
    endingAt(router, steppedAt),
    gateAgainAt(router, steppedAt),
    earliestAfter(
      steppedAt,
      releaseAgainAt(router),
      router.listenUntil,
      waiting ? startOverAt(router) : null,
    ),
    judgeAt(router),
    beatAt(router, steppedAt),
  );
}
