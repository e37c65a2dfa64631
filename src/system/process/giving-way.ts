/**
 * Waiting for what a thread of the kernel is about to do. It may want this very processor, and a
 * loop that serves in real time and only goes on does not give it away.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { addMs, type Instant, type Ms, ms } from "../../model/time.ts";
import { now } from "./clock.ts";

/** Mostly the thread needs the processor for less than the shortest timer of the loop. */
const shortRests = 10;
const shortRest = ms(0.1);
const rest = ms(1);

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/**
 * Resolves when `done` says so, after `atMost` at the latest. Asks before it rests for the first
 * time. Throws what `done` throws. `clock` is another one in tests.
 */
export async function giveWayUntil(
  done: () => boolean,
  atMost: Ms,
  clock: () => Instant = now,
): Promise<void> {
  const until = addMs(clock(), atMost);
  for (let rests = 0; !done() && clock() < until; rests++) {
    if (rests < shortRests) Atomics.wait(nobodyWakes, 0, 0, shortRest);
    else await sleep(rest);
  }
}
