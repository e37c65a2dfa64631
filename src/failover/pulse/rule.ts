/**
 * Who is active by the rule of pulse, which a Piranha on the other side goes by as well: a router
 * takes the VIPs when the peer says `stopped` or says nothing; of two that are active the backup
 * yields; no router takes them from an active peer. docs/heartbeat.md has the whole rule, and what
 * this side does besides, all of which Piranha understands.
 */
import type { Fault } from "../../model/router.ts";
import { otherRole } from "../../model/router.ts";
import { addMs, ms } from "../../model/time.ts";
import { peerRuns, type Router, set, type Transition, timeout } from "../router.ts";
import { able } from "../steps/handover.ts";
import { say } from "../steps/speech.ts";
import { claim, release } from "../vip-hold.ts";

/**
 * Faults with which a router is inactive while it hears its peer, as with Piranha's link monitor.
 */
const disabling: readonly Fault["kind"][] = ["link", "table"];
const disablingFault = ({ faults }: Router): Fault | null =>
  faults.find(({ kind }) => disabling.includes(kind)) ?? null;

/** As the holder, with a peer that is heard. */
export function holdByPulse(transition: Transition): void {
  const { router } = transition;
  if (!router.peerAlive || (router.vipHold !== "held" && router.vipHold !== "claiming")) return;
  const fault = disablingFault(router);
  if (fault !== null) release(transition, `${fault.text}: the VIPs are left to the peer`);
  else if (peerRuns(router)) settleTwo(transition);
  else if (router.request !== null && router.vipHold === "held") release(transition, "switchover");
}

/** Both are active. */
function settleTwo(transition: Transition): void {
  const { router } = transition;
  const { stateAt, takesOver } = router.pulse;
  if (takesOver) {
    release(transition, "the peer takes over");
    return;
  }
  if (router.role === "backup") {
    // Hearing that, the primary announces once more.
    say(transition, false);
    release(transition, "two routers were active: the backup yields");
    return;
  }
  if (router.vipHold !== "held" || stateAt === null) return;
  // Each word comes on every path, and is answered once.
  const { answeredAt, rhythm } = router;
  if (answeredAt !== null && stateAt < addMs(answeredAt, ms(rhythm / 2))) return;
  set(transition, { answeredAt: stateAt });
  transition.effects.push({ kind: "announce" });
}

/** `before`: this router as the step found it. Neighbours that have heard two hear the one left. */
export function settleByPulse(transition: Transition, before: Router): void {
  const { router } = transition;
  if (router.dispute !== null) set(transition, { dispute: null });
  const isKept = before.vipHold === "held" && router.vipHold === "held";
  const isAlone = peerRuns(before) && !peerRuns(router);
  const answers = before.contested && router.role === "primary";
  if (isKept && (isAlone || answers)) transition.effects.push({ kind: "announce" });
  if (before.contested) set(transition, { contested: false });
}

/** As one that does not hold, with a peer that is heard: takes the VIPs when it says `stopped`. */
export function takeByPulse(transition: Transition): void {
  const { router, now } = transition;
  const { state, stateAt, capableSince } = router.pulse;
  if (router.vipHold !== "none" || state !== "stopped" || stateAt === null) return;
  if (stateAt < router.yieldsUntil) return;
  if (!able(router, now) || disablingFault(router) !== null) return;
  // A peer that speaks lvsd's own is about to prove itself, and then both agree on who holds.
  if (capableSince !== null && now < addMs(capableSince, timeout(router))) return;
  claim(transition, `the ${otherRole(router.role)} is inactive`, "none");
}
