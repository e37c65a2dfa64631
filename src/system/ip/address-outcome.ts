/** What became of a claim or a release, by what is on this machine afterwards. Pure. */

import {
  type FloatingAddress,
  type Interface,
  type InterfaceAddress,
  printFloating,
} from "../../kernel/ip-text.ts";
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

/** One text for an address on a device. */
export const keyOf = (vip: { prefix: FloatingAddress["prefix"]; device: string }): string =>
  printFloating({ ...vip, label: null });

/** An address with its device, as far as a release has to know it. */
export type Listed = FloatingAddress & { readonly expires: boolean };

/** What is on this machine, by `keyOf`. */
export type There = ReadonlyMap<string, { readonly tentative: boolean }>;

/** All addresses of all devices by `keyOf`. */
export function addressesByKey(interfaces: readonly Interface[]) {
  const all = new Map<string, InterfaceAddress & { readonly device: string }>();
  for (const { name, addresses } of interfaces)
    for (const address of addresses)
      all.set(keyOf({ prefix: address.prefix, device: name }), { ...address, device: name });
  return all;
}

/** How the kernel stands to what was asked for. */
export function outcomeOf(
  vips: readonly FloatingAddress[],
  there: There,
  reasons: readonly string[],
  ifNone: "all-held" | "none-held",
): AddressOutcome {
  const isHeld = (vip: FloatingAddress): boolean => there.get(keyOf(vip))?.tentative === false;
  const held = vips.filter(isHeld);
  const missing = vips.filter((vip) => !isHeld(vip));
  if (vips.length === 0) return { kind: ifNone, held, missing, reasons };
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
export function wordsAbout(
  vips: readonly FloatingAddress[],
  { failed }: Answer,
  first = 0,
  step = 1,
): { readonly vip: FloatingAddress; readonly text: string }[] {
  return vips.flatMap((vip, at) => {
    const words = failed.get(first + at * step);
    return words === undefined ? [] : [{ vip, text: `${printFloating(vip)}: ${words}` }];
  });
}

export const textOf = (about: { readonly text: string }): string => about.text;
