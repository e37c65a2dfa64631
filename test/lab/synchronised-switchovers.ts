/** Switchovers one after the other under traffic, with connection synchronisation; what they cost. */
import { heldAlive, heldConnections, synchronised } from "./held.ts";
import type { Lab } from "./lab.ts";
import { passPacketsFirst } from "./packets-first.ts";
import { expect } from "./wait.ts";

export interface Cost {
  /** Held connections that broke. */
  readonly lost: number;
  /** New connections that failed. */
  readonly failed: number;
  /** The longest time in ms in which no new connection was served. */
  readonly outage: number;
  /** The same in spans of about half a second in which nothing happened: what the lab itself does. */
  readonly quiet: number;
  /** The longest time in ms from the request to the new holder's announcement. */
  readonly took: number;
}

/** After the end, for what begins with the switchover and ends later; what comes then is the lab's. */
export const settlingMs = 100;

export async function switchOver(lab: Lab, times: number): Promise<Cost> {
  await lab.startPair(synchronised);
  const { client, holder } = await heldConnections(lab);
  passPacketsFirst();
  await lab.served(client);
  let [outage, quiet, failed, took] = [0, 0, 0, 0];
  for (let count = 1; count <= times; count++) {
    const [from, to] = [lab.holder(), lab.other(lab.holder())];
    client.mark();
    const asked = lab.now();
    const answer = await from.switchover();
    const done = lab.now() - asked;
    took = Math.max(took, done);
    expect(answer.ok, `${from.name} hands over: ${JSON.stringify(answer)}`);
    await to.reaches("active", 2000);
    await lab.elapse(settlingMs);
    const during = await client.report();
    client.mark();
    await lab.served(client);
    const after = await client.report();
    lab.say(
      `${to.name} serves after ${done.toFixed(0)} ms: outage ${during.outage.toFixed(1)} ms, ${during.failed} tries failed ` +
        `${JSON.stringify(during.byFailure)}; then ${after.failed}, longest gap ${after.outage.toFixed(1)} ms`,
    );
    outage = Math.max(outage, during.outage);
    quiet = Math.max(quiet, after.outage);
    failed += during.failed + after.failed;
  }
  const held = await heldAlive(lab, holder);
  return { lost: held.broken, failed, outage, quiet, took };
}
