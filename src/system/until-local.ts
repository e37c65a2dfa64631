/**
 * An IPv6 address is listed before the kernel takes packets for it: the route that says so comes
 * from a task of its own, which waits for a processor (addrconf.c: addrconf_dad_work). Whoever
 * announced it at once would pass its clients' packets on, back to where they came from. Mostly
 * there is nothing to wait for, since the short way to the kernel makes a route first (netlink.ts).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { family } from "../model/address.ts";
import { MachineError } from "../model/error.ts";
import { addMs, ms } from "../model/time.ts";
import { now } from "./clock.ts";
import type { FloatingAddress } from "./ip-text.ts";
import type { Netlink } from "./netlink.ts";

/** Long for the kernel, short for a takeover: what is not local then is announced all the same. */
const atMost = ms(100);
/**
 * The task may want this very processor, and a loop that only goes on does not give it away. Mostly
 * it needs it for less than the shortest timer of the loop.
 */
const shortRests = 10;
const shortRest = ms(0.1);
const rest = ms(1);

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/**
 * Calls `act` when the kernel takes packets for these addresses: at once, before this returns,
 * where none is IPv6, or the kernel cannot be asked. Throws, or rejects, only what `act` throws.
 */
export function onceLocal(
  vips: readonly FloatingAddress[],
  kernel: Pick<Netlink, "elsewhere"> | undefined,
  act: () => void,
): void | Promise<void> {
  const six = vips.filter(({ prefix }) => family(prefix.address) === 6);
  if (kernel !== undefined && six.length > 0) return wait(six, kernel.elsewhere).then(act);
  act();
}

async function wait(
  vips: readonly FloatingAddress[],
  elsewhere: Netlink["elsewhere"],
): Promise<void> {
  const until = addMs(now(), atMost);
  try {
    let left = elsewhere(vips);
    for (let rests = 0; left.length > 0 && now() < until; rests++) {
      if (rests < shortRests) Atomics.wait(nobodyWakes, 0, 0, shortRest);
      else await sleep(rest);
      left = elsewhere(left);
    }
  } catch (thrown) {
    // A kernel that does not say where packets go takes them all the same.
    if (!(thrown instanceof MachineError)) throw thrown;
  }
}
