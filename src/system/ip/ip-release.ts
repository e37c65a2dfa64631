/** How addresses leave this machine, and how it is known that they have. Part of the door ip.ts. */

import {
  claimLine,
  type FloatingAddress,
  forgetNeighbourLine,
  inOrderOfRelease,
  readInterfacesJson,
  releaseBatch,
  releaseLine,
} from "../../kernel/ip-text.ts";
import type { KernelAddress } from "../../kernel/rtnetlink.ts";
import { family } from "../../model/address.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import type { Ms } from "../../model/time.ts";
import { runProgram } from "../program/program.ts";
import {
  type AddressOutcome,
  addressesByKey,
  keyOf,
  type Listed,
  last,
  outcomeOf,
  type There,
  textOf,
  wordsAbout,
} from "./address-outcome.ts";
import { inPieces } from "./in-pieces.ts";
import { type IpBatch, show } from "./ip-batch.ts";
import type { Netlink } from "./netlink.ts";

/** The name of a device by its number, as far as it is known without asking. */
export type DeviceOf = (index: number) => string | undefined;

export interface ReleaseDoors {
  readonly batch: IpBatch;
  /** The short way to the kernel; undefined: everything goes through the program. */
  readonly netlink: Netlink | undefined;
  readonly deviceOf: DeviceOf;
}

/**
 * What went although nobody asked for it. The kernel deletes the secondary addresses of a subnet
 * together with its primary one unless promote_secondaries is set; a router's own address can be
 * such.
 */
function takenAlong(
  vips: readonly FloatingAddress[],
  before: readonly Listed[],
  left: There,
): FloatingAddress[] {
  const asked = new Set(vips.map(keyOf));
  return before.filter((found) => {
    const key = keyOf(found);
    const stays = asked.has(key) || left.has(key) || found.expires;
    return !stays && family(found.prefix.address) === 4;
  });
}

/** Deletes what is there, the last one first; what was there before, and what is there now. */
async function deleteAll(
  vips: readonly FloatingAddress[],
  { batch, netlink, deviceOf }: ReleaseDoors,
): Promise<{ readonly before: readonly Listed[]; readonly after: There }> {
  const order = inOrderOfRelease(vips);
  const found = netlink === undefined ? null : listed(netlink);
  if (netlink === undefined || found === null) {
    const lines = order.flatMap((vip) => [forgetNeighbourLine(vip), releaseLine(vip)]);
    const { shown } = await batch.ask([show, ...lines, show]);
    const before = [...addressesByKey(shown[0] ?? []).values()];
    return { before, after: addressesByKey(last(shown)) };
  }
  const left: FloatingAddress[] = [];
  await inPieces(
    order,
    netlink.delete,
    () => {},
    (some) => void left.push(...some),
  );
  const ofVersion4 = vips.every(({ prefix }) => family(prefix.address) === 4);
  const now = left.length === 0 && ofVersion4 ? listed(netlink) : null;
  // On a device that came since the program last looked only the program knows what is there.
  if (now?.every(({ index }) => deviceOf(index) !== undefined) === true) {
    const after = named(now, deviceOf).map((each) => [keyOf(each), { tentative: false }] as const);
    return { before: named(found, deviceOf), after: new Map(after) };
  }
  const lines = left.flatMap((vip) => [forgetNeighbourLine(vip), releaseLine(vip)]);
  const interfaces = last((await batch.ask([...lines, show])).shown);
  const names = new Map(interfaces.map(({ index, name }) => [index, name]));
  const before = named(found, (index) => names.get(index));
  return { before, after: addressesByKey(interfaces) };
}

/** With the devices' names; without those whose name is not known. */
function named(found: readonly KernelAddress[], deviceOf: DeviceOf): Listed[] {
  return found.flatMap(({ index, ...address }) => {
    const device = deviceOf(index);
    return device === undefined ? [] : [{ ...address, device }];
  });
}

/** Null: the kernel did not say, and the program has to. */
function listed(netlink: Netlink): readonly KernelAddress[] | null {
  try {
    return netlink.list();
  } catch (thrown) {
    if (thrown instanceof MachineError) return null;
    throw thrown;
  }
}

/**
 * Removes addresses and reads back: from the kernel itself where it has done all that it was asked
 * for, else through the program. Puts back what went although nobody asked for it. Throws
 * MachineError when nothing is known of the outcome.
 */
export async function releaseReadingBack(
  vips: readonly FloatingAddress[],
  doors: ReleaseDoors,
): Promise<AddressOutcome> {
  const { before, after } = await deleteAll(vips, doors);
  const collateral = takenAlong(vips, before, after);
  if (collateral.length === 0) return outcomeOf(vips, after, [], "none-held");
  const restored = await doors.batch.ask([...collateral.map(claimLine), show]);
  const reasons = wordsAbout(collateral, restored).map(textOf);
  return outcomeOf(vips, addressesByKey(last(restored.shown)), reasons, "none-held");
}

/** The second way, when the kept program does not answer: a fresh one. Throws MachineError. */
export async function releaseAfresh(
  vips: readonly FloatingAddress[],
  path: string | undefined,
  deadline: Ms,
): Promise<AddressOutcome> {
  const reasons: string[] = [];
  const input = releaseBatch(vips);
  await runProgram({ file: "ip", args: ["-force", "-batch", "-"], deadline, input, path }).catch(
    // Addresses that were gone already fail as well: reading back decides, not the status.
    (thrown: unknown) => reasons.push(messageOf(thrown)),
  );
  const args = ["-j", "addr", "show"];
  const { stdout } = await runProgram({ file: "ip", args, deadline, path });
  const outcome = outcomeOf(vips, addressesByKey(readInterfacesJson(stdout)), reasons, "none-held");
  return outcome.held.length === 0 ? { ...outcome, reasons: [] } : outcome;
}
