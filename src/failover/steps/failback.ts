/**
 * The automatic return to the primary: what is in its way, and when it is due.
 *
 * The primary asks for it, since it alone knows how long it has been fit; the backup, which holds,
 * agrees or not. Fitness must be continuous: every loss of it starts the delay anew, and longer.
 */
import { addMs, between, type Instant, type Ms, ms } from "../../model/time.ts";
import { compareFitness, failbackFactor, unfitnessOf } from "../fitness.ts";
import { heardMessage, isMutual, type Router, sharesRole } from "../router.ts";

/** Why this primary must not ask for the VIPs now; null: it may, once the delay is over. */
const blockOf = (router: Router): string | null => obstacleOf(router) ?? router.missing;

/** The same without what other parts of the daemon wait for. */
function obstacleOf(router: Router): string | null {
  const message = heardMessage(router);
  if (router.dialect === "pulse" && router.peerAlive)
    return "the peer is heard in pulse, which knows no failback";
  if (router.rules.failback === "manual") return "failback is manual";
  if (message === null) return "the peer is not heard";
  if (message.failback === "manual") return "failback is manual on the peer";
  if (message.suspended) return "suspended by the operator's switchover";
  if (message.state !== "active") return "the peer is not active";
  if (!isMutual(router)) return "the peer does not hear this router";
  if (sharesRole(router)) return `both files say ${router.role}`;
  if (router.configMatch === false) return "the configurations of the two routers differ";
  if (router.trouble !== null) return `the last claim failed: ${router.trouble.why}`;
  const fault = router.faults[0];
  // What the peer lacks as well is no reason to leave the VIPs where they are.
  const same = compareFitness(unfitnessOf(router.faults), message.faults) >= 0;
  if (fault !== undefined && (router.fitSince === null || !same)) return fault.text;
  return router.ready ? null : "the table is not ready";
}

/** When this router should ask for the VIPs by itself; null: not as things are. */
export const failbackAt = (router: Router): Instant | null =>
  router.missing === null ? failbackDue(router) : null;

/** The same if nothing were missing: what is missing may be found out in time for it. */
export function failbackDue(router: Router): Instant | null {
  if (router.role !== "primary" || router.vipHold !== "none") return null;
  if (router.fitSince === null || router.mutualSince === null) return null;
  if (obstacleOf(router) !== null) return null;
  const base = Math.max(router.fitSince, router.mutualSince, router.since) as Instant;
  const due = addMs(base, ms(router.rules.failbackDelay * failbackFactor(router)));
  return Math.max(due, router.requestAgainAt ?? due) as Instant;
}

/** What `lvsd status` says about the automatic failback. */
export function failbackStatus(
  router: Router,
  now: Instant,
): {
  readonly mode: "auto" | "manual";
  readonly blocked_by: string | null;
  readonly in_ms: Ms | null;
} {
  const mode = router.rules.failback;
  const none = { mode, blocked_by: null, in_ms: null };
  if (router.rules.alone || router.ending !== null) return none;
  if (router.role === "backup") {
    if (router.state !== "active") return none;
    if (mode === "manual") return { ...none, blocked_by: "failback is manual" };
    return router.suspended
      ? { ...none, blocked_by: "suspended by the operator's switchover" }
      : none;
  }
  if (router.state === "active") return none;
  const due = failbackAt(router);
  if (due === null) return { ...none, blocked_by: blockOf(router) };
  return { ...none, in_ms: ms(Math.max(0, Math.round(between(now, due)))) };
}
