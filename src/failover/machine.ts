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
  type Transition,
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
import {
  announced,
  claim,
  claimed,
  claimFailed,
  release,
  releaseAgainAt,
  released,
  releaseFailed,
} from "./vip-hold.ts";

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
  const transition: Transition = { router, effects: [], reports: [], now };
  if (sleptTooLong(transition) && holding(transition.router)) release(transition, "slept too long");
  begin(transition);
  absorb(transition, input);
  refreshFaults(transition, timeout(transition.router));
  if (input.kind === "wake") judge(transition);
  decide(transition, router);
  refreshFaults(transition, timeout(transition.router));
  refreshState(transition);
  if (!transition.router.ended) speak(transition);
  const effects: Effect[] = transition.effects;
  for (const event of transition.reports) effects.push({ kind: "report", event });
  return { router: { ...transition.router, steppedAt: now }, effects };
}

/** What the predecessor left in the kernel is adopted or removed before anything else. */
function begin(transition: Transition): void {
  const { router } = transition;
  if (router.steppedAt !== null || router.found === "nothing") return;
  if (router.found === "kept") claim(transition, "adopted after a restart", "none");
  else if (!router.rules.alone) {
    set(transition, { vipHold: "held" });
    release(transition, "left behind by a killed predecessor");
  }
}

function absorb(transition: Transition, input: Input): void {
  switch (input.kind) {
    case "wake":
      break;
    case "heard":
      heard(transition, input.path, input.message, input.message);
      break;
    case "heard-version":
      heard(transition, input.path, input.header, null);
      break;
    case "heard-word":
      heardWord(transition, input.path, input.word, input.lone);
      break;
    case "faults":
      faultsFound(transition, input.faults);
      break;
    case "ready":
      set(transition, { ready: true });
      break;
    case "whole":
      set(transition, { missing: input.missing });
      break;
    case "claimed":
      claimed(transition);
      break;
    case "claim-failed":
      claimFailed(transition, input.why);
      break;
    case "released":
      released(transition);
      break;
    case "release-failed":
      releaseFailed(transition, input.why);
      break;
    case "announced":
      announced(transition, input.firstAt ?? transition.now);
      break;
    case "kept":
      kept(transition);
      break;
    case "keep-failed":
      keepFailed(transition, input.why);
      break;
    case "fenced":
      fenceEnded(transition, null);
      break;
    case "fence-failed":
      fenceEnded(transition, input.why);
      break;
    case "probed":
      probed(transition, input.answered);
      break;
    case "contested":
      if (!holding(transition.router)) break;
      set(transition, { contested: true });
      speakSoon(transition);
      break;
    case "switchover":
      askSwitchover(transition, input.request);
      break;
    case "stop":
      askEnding(transition, "stop", ms(0));
      break;
    case "restart":
      askEnding(transition, "restart", input.holdFor);
      break;
    case "rules":
      takeRules(transition, input.rules);
      break;
    default:
      input satisfies never;
  }
}

function faultsFound(transition: Transition, faults: readonly Fault[]): void {
  // Behind a failed link it was deaf: that it heard no peer says nothing of the peer's state.
  if (hasLinkFault(transition.router.outside) && !hasLinkFault(faults))
    listen(transition, timeout(transition.router));
  takeFaults(transition, faults);
}

function decide(transition: Transition, before: Router): void {
  if (transition.router.dialect === "pulse") settleByPulse(transition, before);
  else settleDispute(transition, before);
  followRequest(transition);
  if (followEnding(transition)) return;
  const { vipHold } = transition.router;
  if (vipHold === "claiming" || vipHold === "held") decideAsHolder(transition);
  else if (vipHold === "none" || vipHold === "stuck") decideAsSpare(transition);
}

function decideAsHolder(transition: Transition): void {
  const { router } = transition;
  if (router.rules.alone || router.dispute !== null || router.abandon !== null) return;
  const cutOff = router.peerAlive ? null : isolatingFault(router);
  if (cutOff !== null) release(transition, `${cutOff.text}, and the peer is not heard`);
  else if (router.dialect === "pulse") holdByPulse(transition);
  else handOver(transition);
}

function decideAsSpare(transition: Transition): void {
  const { router, now } = transition;
  const message = heardMessage(router);
  if (message !== null) negotiate(transition, message);
  else if (!router.peerAlive) decideUnheard(transition);
  else if (router.dialect === "pulse") takeByPulse(transition);
  const early = probeEarlyAt(transition.router);
  if (early !== null && now >= early) askArbiter(transition);
  const again = releaseAgainAt(transition.router);
  if (again !== null && now >= again) release(transition, transition.router.reason);
}

/** Nobody is heard: a lone router serves, another takes over, a starting one waits first. */
function decideUnheard(transition: Transition): void {
  const { router, now } = transition;
  const { rules, listenUntil } = router;
  const heardAt = heardAtOf(router);
  if (!router.begun && now >= startOverAt(router)) set(transition, { begun: true });
  if (!able(router, now) || !transition.router.begun) return;
  if (rules.alone) claim(transition, "single router", "none");
  else if (router.peerLeft) {
    if (isolatingFault(router) === null) claim(transition, "the peer has stopped", "none");
  } else if (listenUntil === null || now >= listenUntil) {
    const cause = heardAt === null ? "no peer heard" : "peer dead";
    takeOver(transition, cause, heardAt ?? router.startedAt);
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
