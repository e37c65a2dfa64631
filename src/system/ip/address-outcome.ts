/** What became of a claim or a release, by what is on this machine afterwards. Pure. */

import {
  type FloatingAddress,
  type Interface,
  type InterfaceAddress,
  printFloating,
} from "../../kernel/ip-text.ts";
import { hostPrefix } from "../../model/address.ts";
import { MachineError } from "../../model/error.ts";
import type { Answer } from "./ip-batch.ts";

/** What the kernel says after a claim or a release; `held` and `missing` keep the given order. */
export interface AddressOutcome {
  readonly kind: "all-held" | "none-held" | "partly-held";
  readonly held: readonly FloatingAddress[];
  readonly missing: readonly FloatingAddress[];
  /** Words of ip and of this door about those that are not as asked; may be empty. */
  readonly reasons: readonly string[];
}

/** One text for a floating address as it is in the kernel, see `claimLine`. */
export const keyOf = ({ prefix, device }: Pick<FloatingAddress, "prefix" | "device">): string =>
  printFloating({ prefix: hostPrefix(prefix), device });

/** An address with its device, as far as a release has to know it. */
export type Listed = FloatingAddress & { readonly expires: boolean };

/** What is on this machine, by device and prefix. */
export type There = ReadonlyMap<string, Pick<Listed, "prefix" | "device"> & OnMachine>;
interface OnMachine {
  readonly tentative: boolean;
}

/** All addresses of all devices by device and prefix. */
export function addressesByKey(interfaces: readonly Interface[]) {
  const all = new Map<string, InterfaceAddress & { readonly device: string }>();
  for (const { name, addresses } of interfaces)
    for (const address of addresses)
      all.set(printFloating({ prefix: address.prefix, device: name }), {
        ...address,
        device: name,
      });
  return all;
}

/**
 * Where this machine has these addresses, whatever their prefix: who asks for one is answered for
 * any form of it. The loopback device answers to its own rules (arp_ignore) and is left alone.
 */
export function formsOf(vips: readonly FloatingAddress[], there: There) {
  const asked = new Set<string>(vips.map(({ prefix }) => prefix.address));
  return [...there.values()].filter(
    ({ prefix, device }) => device !== "lo" && asked.has(prefix.address),
  );
}

/** What became of a release: an address is gone when no form of it is there. */
export function releasedOf(
  vips: readonly FloatingAddress[],
  there: There,
  reasons: readonly string[],
): AddressOutcome {
  const left = new Set<string>(formsOf(vips, there).map(({ prefix }) => prefix.address));
  const held = vips.filter(({ prefix }) => left.has(prefix.address));
  const missing = vips.filter(({ prefix }) => !left.has(prefix.address));
  const kind = held.length === 0 ? "none-held" : missing.length === 0 ? "all-held" : "partly-held";
  return { kind, held, missing, reasons };
}

/** What became of a claim: an address is held in the form that a claim gives it. */
export function claimedOf(
  vips: readonly FloatingAddress[],
  there: There,
  reasons: readonly string[],
): AddressOutcome {
  const isHeld = (vip: FloatingAddress): boolean => there.get(keyOf(vip))?.tentative === false;
  const held = vips.filter(isHeld);
  const missing = vips.filter((vip) => !isHeld(vip));
  const kind = missing.length === 0 ? "all-held" : held.length === 0 ? "none-held" : "partly-held";
  return { kind, held, missing, reasons };
}

/** The newest list. Throws MachineError when there is none. */
export const last = <Item>(items: readonly Item[]): Item => {
  const item = items.at(-1);
  if (item === undefined) throw new MachineError("ip: gave no list of addresses");
  return item;
};

/** What ip said of these, whose lines stood at every `step`-th place from `first`. */
export function wordsAbout<Address extends Pick<FloatingAddress, "prefix" | "device">>(
  vips: readonly Address[],
  { failed }: Answer,
  first = 0,
  step = 1,
): { readonly vip: Address; readonly text: string }[] {
  return vips.flatMap((vip, at) => {
    const words = failed.get(first + at * step);
    return words === undefined ? [] : [{ vip, text: `${printFloating(vip)}: ${words}` }];
  });
}

export const textOf = (about: { readonly text: string }): string => about.text;
