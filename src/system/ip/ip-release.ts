/** How addresses leave this machine, and how it is known that they have. Part of the door ip.ts. */

import {
  type FloatingAddress,
  forgetNeighbourLine,
  inOrderOfRelease,
  printFloating,
  readInterfacesJson,
  releaseBatch,
  releaseLine,
  removeLine,
  restoreLine,
} from "../../kernel/ip-text.ts";
import type { KernelAddress } from "../../kernel/rtnetlink.ts";
import { family } from "../../model/address.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import type { Ms } from "../../model/time.ts";
import { runProgram } from "../program/program.ts";
import {
  type AddressOutcome,
  addressesByKey,
  formsOf,
  keyOf,
  type Listed,
  last,
  releasedOf,
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
 * What was removed without being asked for. The kernel deletes the secondary addresses of a subnet
 * together with its primary one unless promote_secondaries is set; a router's own address can be
 * such.
 */
function takenAlong(
  asked: ReadonlySet<string>,
  before: readonly Listed[],
  left: There,
): FloatingAddress[] {
  return before.filter((found) => {
    const key = printFloating(found);
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
    const after = named(now, deviceOf).map((each) => {
      return [printFloating(each), { ...each, tentative: false }] as const;
    });
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
 * for, else through the program. Puts back what was removed without being asked for. Throws
 * MachineError when nothing is known of the outcome.
 */
export async function releaseReadingBack(
  vips: readonly FloatingAddress[],
  doors: ReleaseDoors,
): Promise<AddressOutcome> {
  const { before, after } = await deleteAll(vips, doors);
  const there = await restored(takenAlong(new Set(vips.map(keyOf)), before, after), after, doors);
  const others = formsOf(vips, there.there);
  if (others.length === 0) return releasedOf(vips, there.there, there.reasons);
  // Under another prefix or on another device the kernel answers for it just as well.
  return removeForms(vips, others, doors.batch);
}

/** Puts back what was taken along; what is on the machine then. */
async function restored(
  collateral: readonly FloatingAddress[],
  there: There,
  { batch }: Pick<ReleaseDoors, "batch">,
): Promise<{ readonly there: There; readonly reasons: readonly string[] }> {
  if (collateral.length === 0) return { there, reasons: [] };
  const answer = await batch.ask([...collateral.map(restoreLine), show]);
  const reasons = wordsAbout(collateral, answer).map(textOf);
  return { there: addressesByKey(last(answer.shown)), reasons };
}

/** Removes just these forms of addresses and says what is left of the addresses. */
export async function removeForms(
  vips: readonly FloatingAddress[],
  forms: readonly Pick<FloatingAddress, "prefix" | "device">[],
  batch: IpBatch,
): Promise<AddressOutcome> {
  const answer = await batch.ask([show, ...forms.map(removeLine), show]);
  const before = [...addressesByKey(answer.shown[0] ?? []).values()];
  const after = addressesByKey(last(answer.shown));
  const collateral = takenAlong(new Set(forms.map(printFloating)), before, after);
  const { there, reasons } = await restored(collateral, after, { batch });
  return releasedOf(vips, there, [...wordsAbout(forms, answer, 1).map(textOf), ...reasons]);
}

/** The second way, when the kept program does not answer: a fresh one. Throws MachineError. */
export async function releaseAfresh(
  vips: readonly FloatingAddress[],
  path: string | undefined,
  deadline: Ms,
): Promise<AddressOutcome> {
  const reasons: string[] = [];
  const say = (input: string) =>
    runProgram({ file: "ip", args: ["-force", "-batch", "-"], deadline, input, path }).catch(
      // Addresses that were gone already fail as well: reading back decides, not the status.
      (thrown: unknown) => reasons.push(messageOf(thrown)),
    );
  const look = async (): Promise<There> => {
    const args = ["-j", "addr", "show"];
    return addressesByKey(
      readInterfacesJson((await runProgram({ file: "ip", args, deadline, path })).stdout),
    );
  };
  await say(releaseBatch(vips));
  let there = await look();
  const others = formsOf(vips, there);
  if (others.length > 0) {
    await say(others.map((form) => `${removeLine(form)}\n`).join(""));
    there = await look();
  }
  const outcome = releasedOf(vips, there, reasons);
  return outcome.held.length === 0 ? { ...outcome, reasons: [] } : outcome;
}
