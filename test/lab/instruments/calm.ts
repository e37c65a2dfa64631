/**
 * When what a start or a reload has still to do is over. A second or two after one a router does
 * nothing for 170 to 220 ms in a guest, which looks like a full collection of garbage.
 */
import type { Lab } from "../lab.ts";
import { waitFor } from "./wait.ts";

/** So long r1 has served and nobody has changed its state. */
const unchangedMs = 5000;

/** Throws when it takes a minute. */
export async function calm(lab: Lab): Promise<void> {
  let since = lab.now();
  let changes = lab.changesOfState();
  const unchanged = (): boolean => {
    const sofar = lab.changesOfState();
    if (sofar > changes) [since, changes] = [lab.now(), sofar];
    return lab.r1.holds(lab.addresses.vip) && lab.now() - since > unchangedMs;
  };
  await waitFor("r1 serves, and no router changes its state for 5 s", 60_000, unchanged, 500);
}
