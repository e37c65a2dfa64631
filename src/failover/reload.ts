/** New rules for a running router: nothing that it knows or has promised is lost. */

import { withPaths } from "../heartbeat/peer.ts";
import { assert } from "../model/error.ts";
import type { Rules } from "./protocol.ts";
import { changeProtocol } from "./pulse/dialect.ts";
import { holding, set, type Transition } from "./router.ts";

/**
 * Takes the rules of a reload. A longer interval is announced at the old rhythm until the peer has
 * echoed it, so that it does not count us dead in between; a shorter one holds at once.
 */
export function takeRules(transition: Transition, rules: Rules): void {
  const { router, now } = transition;
  assert(rules.role === router.role, "a reload cannot change the role");
  // Pulse has no way to say how long one is silent.
  const isTold = router.dialect === "lvsd" && router.peerAlive && !rules.alone;
  const slower = rules.interval > router.rhythm && isTold;
  set(transition, {
    rules,
    // The operator may have mended what it failed at.
    trouble: null,
    rhythm: slower ? router.rhythm : rules.interval,
    rhythmFrom: slower ? router.sequence + 1 : null,
    peer: withPaths(router.peer, rules.paths.length),
    configMatch: rules.config.hash === router.rules.config.hash ? router.configMatch : null,
  });
  changeProtocol(transition, router.rules);
  if (router.rules.alone === rules.alone) return;
  if (rules.alone)
    set(transition, { begun: true, dispute: null, offer: null, claimRequest: null, grant: null });
  else
    set(transition, { begun: holding(router), startedAt: now, lastSentAt: null, peerAlive: false });
}
