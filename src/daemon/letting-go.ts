/**
 * How the VIPs are let go. What was agreed on with the peer waits, within bounds, for the services
 * to stop, and takes along the connections that the peer cannot know yet; the rest goes at once.
 *
 * Nor is it held up by garbage: to read the connections makes so much that V8 often begins to
 * collect then, and does so for a tenth of a second, between all else, while nobody has the VIPs
 * (10 ms more of an outage in the lab). So it is collected before, while they are still served.
 */
import type { Rules } from "../failover/protocol.ts";
import type { Router } from "../failover/router.ts";
import { isPlanned } from "../failover/service.ts";
import { ms } from "../model/time.ts";
import { collectGarbage } from "../system/garbage.ts";
import type { ConnectionHandOver } from "./connection-handover.ts";
import type { ConnectionSync } from "./connection-sync.ts";
import type { FailoverServices } from "./failover-services.ts";
import type { Done, Vips } from "./vips.ts";

/** With less patience the peer might take the pause of a collection, on a slow machine, for a death. */
const patienceMin = ms(1000);

/** Whoever has the VIPs, and what goes with them. */
export interface Holder {
  readonly engine: {
    readonly router: Pick<Router, "grant"> & { readonly rules: Pick<Rules, "deadAfter"> };
  };
  readonly services: Pick<FailoverServices, "standDown">;
  readonly connectionSync: Pick<ConnectionSync, "place">;
  readonly handOver: Pick<ConnectionHandOver, "around">;
  readonly vips: Pick<Vips, "release">;
}

/** Releases the VIPs as the failover machine has asked. Never throws. */
export async function letGo({
  engine: { router },
  services,
  connectionSync,
  handOver,
  vips,
}: Holder): Promise<Done> {
  if (isPlanned(router)) {
    await services.standDown();
    if (router.rules.deadAfter >= patienceMin) collectGarbage();
  }
  const place = router.grant === null ? null : connectionSync.place();
  const release = () => vips.release();
  return place === null ? release() : handOver.around(place, release);
}
