/**
 * By which protocol the peer is judged, and which one it is spoken to in. With `protocol: auto` a
 * router says everything in both, until the peer has proven in lvsd's own that it hears it; from
 * then on the words of pulse, which any machine can forge, have no vote while that peer lives.
 */

import type { PulseState } from "../../heartbeat/pulse.ts";
import { isLone, type PulsePeer, unheardPulse } from "../../heartbeat/pulse-peer.ts";
import { addMs, type Instant } from "../../model/time.ts";
import type { Rules } from "../protocol.ts";
import {
  heardAtOf,
  holding,
  isMutual,
  peerHolds,
  type Router,
  set,
  type Transition,
  timeout,
} from "../router.ts";

/** What this router is in the words of pulse: active from the claim to the end of the release. */
export const wordOf = ({ vipHold }: Router): PulseState =>
  vipHold === "none" || vipHold === "stuck" ? "stopped" : "running";

/** The word that goes with a heartbeat of lvsd's own; null: the peer needs none. */
export function accompanyingWord(router: Router, now: Instant): PulseState | null {
  if (router.rules.protocol !== "auto") return null;
  const upgraded = router.dialect === "lvsd" && isMutual(router);
  return upgraded && !isLone(router.pulse, timeout(router), now) ? null : wordOf(router);
}

/** The peer has proven itself in lvsd's own protocol. */
export function speakOwn(transition: Transition): void {
  if (transition.router.dialect === "lvsd") return;
  const text = "both routers speak lvsd's own protocol from now on";
  transition.reports.push({ event: "peer", kind: "upgraded", text });
  set(transition, { dialect: "lvsd" });
}

/** What was being agreed on in lvsd's own protocol ends with it. */
export function speakPulse(transition: Transition, text: string): void {
  transition.reports.push({ event: "peer", kind: "pulse", text });
  set(transition, {
    dialect: "pulse",
    mutualSince: null,
    holdUntil: null,
    configMatch: null,
    conflicts: [],
    conflictSince: null,
    vacantSince: null,
    outreachedSince: null,
    claimRequest: null,
    grant: null,
    offer: null,
    refused: 0,
    dispute: null,
    suspended: false,
  });
}

/** The peer has fallen silent in lvsd's own protocol but goes on in pulse: it is not dead. */
export function fallsBack(transition: Transition): boolean {
  const { router, now } = transition;
  const lives = isLone(router.pulse, router.rules.deadAfter, now);
  if (router.rules.protocol !== "auto" || router.dialect === "pulse" || !lives) return false;
  speakPulse(transition, "the peer is heard in pulse only, which nothing authenticates");
  return true;
}

/** A reload has changed what is spoken; `before`: the rules until now. */
export function changeProtocol(transition: Transition, before: Rules): void {
  const { router, now } = transition;
  const { protocol } = router.rules;
  if (protocol === before.protocol) return;
  if (protocol === "pulse" && router.dialect === "lvsd") {
    const pulse = isLone(router.pulse, timeout(router), now) ? router.pulse : asHeard(router, now);
    // What the peer said in the other protocol is known, but no reason to claim.
    set(transition, { pulse, yieldsUntil: addMs(now, timeout(router)) });
    speakPulse(transition, "heartbeat.protocol is pulse now, which nothing authenticates");
  }
  if (protocol !== "lvsd" || router.dialect === "lvsd") return;
  // A peer that was heard by pulse has yet to be heard in lvsd's own protocol.
  set(transition, {
    dialect: "lvsd",
    pulse: unheardPulse,
    begun: holding(router),
    startedAt: now,
    peerAlive: false,
  });
}

function asHeard(router: Router, now: Instant): PulsePeer {
  const heardAt = heardAtOf(router);
  if (!router.peerAlive || heardAt === null) return unheardPulse;
  const state = peerHolds(router) ? ("running" as const) : ("stopped" as const);
  return { ...unheardPulse, heardAt, state, stateAt: now };
}
