/**
 * What a start or a reload has still to do is over: the first full collection of garbage after one
 * holds a router up for 170 to 220 ms in a guest, and whatever a story is to show beside it.
 */
import type { Lab } from "./lab.ts";
import { waitFor } from "./wait.ts";

/** So long r1 has served and nobody has changed its state. */
const unchangedMs = 5000;

/** Throws when it takes a minute. */
export async function calm(lab: Lab): Promise<void> {
  let [since, changes] = [lab.now(), lab.changesOfState()];
  const unchanged = (): boolean => {
    const sofar = lab.changesOfState();
    if (sofar > changes) [since, changes] = [lab.now(), sofar];
    return lab.r1.holds(lab.addresses.vip) && lab.now() - since > unchangedMs;
  };
  await waitFor("r1 serves, and no router changes its state for 5 s", 60_000, unchanged, 500);
}
