/** What is said where the peer's machine answers for a VIP that is held here. */
import { peerHolds, type Router } from "../../failover/router.ts";

/** Why the rule for two holders will not end it; null: it will. */
export function unsettled(router: Router): string | null {
  if (!router.peerAlive) return "it is not heard, so both may answer; announced again from here";
  if (peerHolds(router)) return null;
  return "it says that it holds none: `lvsd check --here` there names what answers";
}
