/**
 * An IPv6 address is listed before the kernel takes packets for it: the route that says so comes
 * from a task of its own, which waits for a processor (addrconf.c: addrconf_dad_work). Whoever
 * announced it at once would pass its clients' packets on, back to where they came from. Mostly
 * there is nothing to wait for, since the short way to the kernel makes a route first (netlink.ts).
 */

import type { FloatingAddress } from "../../kernel/ip-text.ts";
import { family } from "../../model/address.ts";
import { MachineError } from "../../model/error.ts";
import { type Instant, ms } from "../../model/time.ts";
import { giveWayUntil } from "../process/giving-way.ts";
import type { Netlink } from "./netlink.ts";

/** Long for the kernel, short for a takeover: what is not local then is announced all the same. */
const atMost = ms(100);

/**
 * Calls `act` when the kernel takes packets for these addresses: at once, before this returns,
 * where none is IPv6, or the kernel cannot be asked. Throws, or rejects, only what `act` throws.
 * `clock` is another one in tests.
 */
export function onceLocal(
  vips: readonly FloatingAddress[],
  kernel: Pick<Netlink, "elsewhere"> | undefined,
  act: () => void,
  clock?: () => Instant,
): void | Promise<void> {
  const six = vips.filter(({ prefix }) => family(prefix.address) === 6);
  if (kernel !== undefined && six.length > 0) return wait(six, kernel.elsewhere, clock).then(act);
  act();
}

async function wait(
  vips: readonly FloatingAddress[],
  elsewhere: Netlink["elsewhere"],
  clock?: () => Instant,
): Promise<void> {
  let left = vips;
  const allLocal = (): boolean => {
    left = elsewhere(left);
    return left.length === 0;
  };
  try {
    await giveWayUntil(allLocal, atMost, clock);
  } catch (thrown) {
    // A kernel that does not say where packets go takes them all the same.
    if (!(thrown instanceof MachineError)) throw thrown;
  }
}
