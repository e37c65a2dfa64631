/** Switchovers one after the other under traffic, with connection synchronisation; what they cost. */
import { heldAlive, heldConnections, synchronised } from "./held.ts";
import type { Lab } from "./lab.ts";
import { expect } from "./wait.ts";

export interface Cost {
  /** Held connections that broke. */
  readonly lost: number;
  /** New connections that failed. */
  readonly failed: number;
  /** The longest time in ms in which no new connection was served. */
  readonly outage: number;
  /** The longest time in ms that one new connection took, from its start to its answer's end. */
  readonly waited: number;
  /** The outage in as many spans of the same kind in which nothing happened: the lab's own share. */
  readonly quiet: number;
  /** The longest time in ms from the request to the new holder's announcement. */
  readonly took: number;
}

/**
 * How long after a switchover the client is watched while the lab itself asks nothing: its requests
 * take the processor that routers and clients have in common.
 */
const calmMs = 400;

export async function switchOver(lab: Lab, times: number): Promise<Cost> {
  await lab.startPair(synchronised);
  const { client, holder } = await heldConnections(lab);
  // One that is just being started is not served for as long, whoever holds the VIP.
  await lab.served(client);
  let [outage, waited, quiet, failed, took] = [0, 0, 0, 0, 0];
  for (let count = 1; count <= times; count++) {
    const [from, to] = [lab.holder(), lab.other(lab.holder())];
    client.mark();
    const asked = lab.now();
    const answer = await from.switchover();
    const done = lab.now() - asked;
    took = Math.max(took, done);
    expect(answer.ok, `${from.name} hands over: ${JSON.stringify(answer)}`);
    await lab.elapse(calmMs);
    const report = await client.report();
    await to.reaches("active", 2000);
    await lab.served(client);
    client.mark();
    await lab.elapse(done + calmMs);
    const control = await client.report();
    lab.say(
      `${to.name} serves after ${done.toFixed(0)} ms: outage ${report.outage.toFixed(1)} ms, ` +
        `waited ${report.latency.longest.toFixed(1)} ms, ` +
        `${report.failed} tries failed ${JSON.stringify(report.byFailure)}; ` +
        `with nothing happening ${control.outage.toFixed(1)} ms, ${control.failed} failed`,
    );
    outage = Math.max(outage, report.outage);
    waited = Math.max(waited, report.latency.longest);
    quiet = Math.max(quiet, control.outage);
    failed += report.failed + control.failed;
  }
  const held = await heldAlive(lab, holder);
  return { lost: held.broken, failed, outage, waited, quiet, took };
}
