/**
 * How the VIPs are let go. What was agreed on with the peer waits, within bounds, for the services
 * to stop, and takes along the connections that the peer cannot know yet; the rest goes at once.
 */
import type { Router } from "../../failover/router.ts";
import { isPlanned } from "../../failover/service.ts";
import type { ConnectionHandOver } from "../connections/connection-handover.ts";
import type { ConnectionSync } from "../connections/connection-sync.ts";
import type { FailoverServices } from "../services/failover-services.ts";
import type { Done, Vips } from "../vips/vips.ts";

/** Whoever has the VIPs, and what goes with them. */
export interface Holder {
  readonly engine: { readonly router: Pick<Router, "grant"> };
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
  if (isPlanned(router)) await services.standDown();
  const place = router.grant === null ? null : connectionSync.place();
  const release = () => vips.release();
  return place === null ? release() : handOver.around(place, release);
}
