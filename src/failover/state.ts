/** The router's state in the words of the contract, from what the machine knows. */
import type { RouterState } from "../model/router.ts";
import { type Router, set, type Transition } from "./router.ts";

function stateOf(router: Router): RouterState {
  const { vipHold, state, begun, ready, faults, releaseFailedAt } = router;
  if (vipHold === "held") return router.activation === null ? state : "active";
  if (vipHold === "claiming") return state;
  // Still active while the release is under way: the word follows the deed.
  if (vipHold === "releasing" && state === "active") return "active";
  if (state === "starting" && !(begun && ready)) return "starting";
  return faults.length > 0 || releaseFailedAt !== null ? "fault" : "standby";
}

function causeOf(router: Router, state: RouterState): string {
  if (state === "active") return router.activation?.cause ?? router.reason;
  if (state === "fault")
    return router.faults[0]?.text ?? "the VIPs could not be released; trying again";
  if (router.state === "active") return router.reason;
  return router.peerAlive ? "the peer is heard" : "waiting for its turn";
}

/** Enters the state that the memory implies, and says so. */
export function refreshState(transition: Transition): void {
  const { router, now } = transition;
  const state = stateOf(router);
  if (state === router.state) return;
  const cause = causeOf(router, state);
  transition.reports.push({
    event: "state",
    kind: "changed",
    from: router.state,
    to: state,
    cause,
  });
  set(transition, { state, cause, since: now });
}
