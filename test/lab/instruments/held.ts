/** Long-lived connections through the pair, for the stories about connection synchronisation. */
import type { Client, HeldReport } from "../actors/client.ts";
import type { PairOptions } from "../actors/pair-config.ts";
import type { Router } from "../actors/router.ts";
import type { Lab } from "../lab.ts";
import { readNet } from "../machine/namespace.ts";
import { waitFor } from "./wait.ts";

/** As many as the lab's kernel carries beside everything else. */
export const heldConnectionsMax = 500;

/**
 * Each says a line as often as this. Twice as often, they alone took a fifth of the one processor
 * that they share with both routers.
 */
const holdIntervalMs = 2000;

/** Beyond the silence after which a held connection counts as broken (client.ts), and one line. */
const judgedAfterMs = 7000;

/** Defaults, with connections synchronised on the inner network. */
export const synchronised: PairOptions = { top: { connection_sync: { device: "eth1", id: 1 } } };

/** How many established TCP connections a router's kernel knows. */
export const knownConnections = (router: Router): number =>
  readNet(router.name, "ip_vs_conn")
    .split("\n")
    .filter((line) => line.includes(" ESTABLISHED ")).length;

/**
 * A client that opens connections all the time, and a holder of long-lived ones; returns when those
 * are all open and the standby's kernel knows them, which takes about 3 s.
 */
export async function heldConnections(
  lab: Lab,
  held = heldConnectionsMax,
): Promise<{ readonly client: Client; readonly holder: Client }> {
  const holder = await lab.startClient({ held, holdIntervalMs, intervalMs: 1000 });
  await waitFor(`${held} connections are held`, 20_000, async () => {
    return (await holder.held()).open === held;
  });
  const standby = lab.other(lab.holder());
  const known = await waitFor(`${standby.name} knows all that are held`, 20_000, () => {
    const known = knownConnections(standby);
    return known >= held && known;
  });
  lab.say(`${held} connections are held; ${standby.name} knows ${known} established ones`);
  return { holder, client: await lab.startClient() };
}

/** What is left of them, judged after the longest silence that is allowed. */
export async function heldAlive(lab: Lab, holder: Client): Promise<HeldReport> {
  await lab.elapse(judgedAfterMs);
  const held = await holder.held();
  lab.say(`${held.open} held connections are alive, ${held.broken} broken`);
  return held;
}
