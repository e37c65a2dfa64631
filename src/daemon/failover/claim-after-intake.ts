/**
 * How the VIPs are claimed: not before the kernel knows the connections that come with them.
 *
 * The thread that takes in what the peer sends (ip_vs_sync.c: `ipvs-b`) has ordinary priority, and
 * the loop goes before it. On a router with one processor the last ones sent would still wait in
 * the thread's socket when their clients' packets arrive, and the kernel would break them.
 */
import { type Instant, ms } from "../../model/time.ts";
import { giveWayUntil } from "../../system/process/giving-way.ts";
import type { ConnectionSync } from "../connections/connection-sync.ts";
import type { Done } from "../vips/vips.ts";

/** Long for that thread, once it has the processor; part of the outage, if it should not get it. */
const atMost = ms(10);

/**
 * Claims by `claim`: before this returns, where nothing is to be waited for.
 * `clock` is another one in tests.
 */
export function claimAfterIntake(
  sync: Pick<ConnectionSync, "takenIn">,
  claim: () => Promise<Done>,
  clock?: () => Instant,
): Promise<Done> {
  if (sync.takenIn()) return claim();
  return giveWayUntil(() => sync.takenIn(), atMost, clock).then(claim);
}
