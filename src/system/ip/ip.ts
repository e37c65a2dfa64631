/**
 * The door to addresses and links, through iproute2: reads, claims, releases, watches.
 *
 * Claims and releases go to the kernel itself where that is possible (netlink.ts), and what it did
 * not do at once goes as one batch through an `ip -force -j -batch -` that is kept open on a pipe.
 * Both are confirmed by reading the addresses back, a claim through that program: an outcome is
 * what the kernel says, and the program's words are reasons at most.
 */

import {
  claimLine,
  expireLine,
  type FloatingAddress,
  type Interface,
  type InterfaceAddress,
  printFloating,
  releaseBatch,
  releaseLine,
} from "../../kernel/ip-text.ts";
import { parsePrefix } from "../../model/address.ts";
import { MachineError } from "../../model/error.ts";
import { type Ms, ms } from "../../model/time.ts";
import {
  type AddressOutcome,
  addressesByKey,
  claimedOf,
  last,
  textOf,
  wordsAbout,
} from "./address-outcome.ts";
import { inPieces, type OnDone } from "./in-pieces.ts";
import { type IpBatch, openIpBatch, show } from "./ip-batch.ts";
import { releaseAfresh, releaseReadingBack, removeForms } from "./ip-release.ts";
import { watchInterfaces } from "./ip-watch.ts";
import type { IndexOf, Netlink } from "./netlink.ts";
import { onceLocal } from "./until-local.ts";

export type { AddressOutcome, FloatingAddress, Interface, InterfaceAddress };
export { printFloating, releaseBatch };

export interface IpOptions {
  /** Where `ip` is looked for; default `systemPath`. */
  readonly path?: string | undefined;
  /** Longest silence of the program before it is killed, 10 ms a line on top; default 1 s. */
  readonly deadline?: Ms;
  /** The short way to the kernel; absent: everything goes through the program. */
  readonly netlink?: ((indexOf: IndexOf) => Netlink) | undefined;
}

/** Hears of addresses that a claim has just added, in the order of the claim. */
export type OnAdded = OnDone;

/** Calls are performed one after the other, in the order in which they were made. */
export interface Ip {
  /** Throws MachineError. */
  readInterfaces(): Promise<readonly Interface[]>;
  /**
   * Adds what is not there, in the given order, and makes expiring ones permanent. With none to
   * claim the outcome is `all-held`. Throws MachineError when nothing is known of the outcome.
   *
   * `onAdded` is called for a few addresses at a time, as soon as the kernel has confirmed them and
   * before the next ones go in, in IPv4 beginning before this returns; a NAT router's addresses are
   * by themselves. It is not called for VIPs that were there before or took the longer way.
   */
  claim(vips: readonly FloatingAddress[], onAdded?: OnAdded): Promise<AddressOutcome>;
  /**
   * Removes what is there, the last one first and whatever its prefix and device, but for the
   * loopback device; other addresses stay. When the kept
   * program hangs it is killed and a fresh `ip` is tried once. With none to release the outcome is
   * `none-held`. Throws MachineError when that fails too, so that nothing is known.
   */
  release(vips: readonly FloatingAddress[]): Promise<AddressOutcome>;
  /**
   * Removes these forms of floating addresses, of any prefix and on any device, and what went along
   * comes back. Throws MachineError when nothing is known of the outcome.
   */
  remove(forms: readonly FloatingAddress[]): Promise<AddressOutcome>;
  /**
   * Gives held addresses a lifetime (announced restart): the kernel drops them unless claimed
   * again.
   */
  expire(vips: readonly FloatingAddress[], after: Ms): Promise<AddressOutcome>;
  /** Runs through a claim of nothing: its programs are there and its code is compiled then. */
  rehearse(): Promise<void>;
  /** Reports each change of addresses and links, see watchInterfaces; call the result to stop. */
  watch(onChange: (why: string) => void): () => void;
  close(): Promise<void>;
}

const defaultDeadline = ms(1000);

/** To rehearse with: addresses for documentation (RFC 5737, RFC 3849), one of each family. */
export const nowhere: readonly FloatingAddress[] = ["192.0.2.1/24", "2001:db8::1/64"].flatMap(
  (text) => {
    const prefix = parsePrefix(text);
    return prefix === null ? [] : [{ prefix, device: "nowhere", label: null }];
  },
);

const nothing = (): readonly FloatingAddress[] => [];

async function claim(
  batch: IpBatch,
  vips: readonly FloatingAddress[],
  netlink: Netlink | undefined,
  onAdded: OnAdded = () => {},
): Promise<AddressOutcome> {
  const left: FloatingAddress[] = [];
  const report = (added: readonly FloatingAddress[]): void | Promise<void> =>
    onceLocal(added, netlink, () => onAdded(added));
  await inPieces(vips, netlink?.add ?? nothing, report, async (some) => {
    if (some[0]?.kind !== "nat-router") {
      left.push(...some);
      return;
    }
    // It has to be there, and reported, before any VIP is.
    const { shown } = await batch.ask([...some.map(claimLine), show]);
    await report(claimedOf(some, addressesByKey(last(shown)), []).held);
  });
  const answer = await batch.ask([...left.map(claimLine), show]);
  const first = claimedOf(vips, addressesByKey(last(answer.shown)), []);
  await onceLocal(left, netlink, () => {});
  if (first.missing.length === 0) return first;
  // A long-running ip remembers devices by number: one that came back under its old name is
  // unknown to it. And an address that failed duplicate address detection must go to come again.
  await batch.drop();
  const again = first.missing.flatMap((vip) => [releaseLine(vip), claimLine(vip)]);
  const second = await batch.ask([...again, show]);
  const reasons = wordsAbout(first.missing, second, 1, 2).map(textOf);
  return claimedOf(vips, addressesByKey(last(second.shown)), reasons);
}

/** The program, and the numbers of the devices as it last showed them. */
function openKnowingBatch(path: string | undefined, deadline: Ms) {
  const batch = openIpBatch(path, deadline);
  let indices: ReadonlyMap<string, number> = new Map();
  let names: ReadonlyMap<number, string> = new Map();
  const knowing: IpBatch = {
    drop: batch.drop,
    async ask(lines) {
      const answer = await batch.ask(lines);
      const devices = answer.shown.at(-1);
      if (devices !== undefined) {
        indices = new Map(devices.map(({ name, index }) => [name, index]));
        names = new Map(devices.map(({ name, index }) => [index, name]));
      }
      return answer;
    },
  };
  return {
    batch: knowing,
    indexOf: (device: string) => indices.get(device) ?? 0,
    deviceOf: (index: number) => names.get(index),
  };
}

/**
 * The door; the program is started when it is first needed. Throws MachineError when there is no
 * short way to the kernel although it was asked for.
 */
export function openIp(options: IpOptions = {}): Ip {
  const { path, deadline = defaultDeadline } = options;
  const { batch, indexOf, deviceOf } = openKnowingBatch(path, deadline);
  const netlink = options.netlink?.(indexOf);
  const watches = new Set<() => void>();
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  /** Begins at once when nothing else is under way. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = waiting === 0 ? work() : queue.then(work);
    const over = (): void => {
      waiting -= 1;
    };
    waiting += 1;
    queue = result.then(over, over);
    return result;
  };
  const release = async (vips: readonly FloatingAddress[]): Promise<AddressOutcome> => {
    try {
      const outcome = await releaseReadingBack(vips, { batch, netlink, deviceOf });
      if (outcome.held.length === 0) return outcome;
    } catch (thrown) {
      if (!(thrown instanceof MachineError)) throw thrown;
    }
    await batch.drop();
    return releaseAfresh(vips, path, deadline);
  };
  return {
    readInterfaces: () => inTurn(async () => last((await batch.ask([show])).shown)),
    claim: (vips, onAdded) => inTurn(() => claim(batch, vips, netlink, onAdded)),
    release: (vips) => inTurn(() => release(vips)),
    remove: (forms) => inTurn(() => removeForms(forms, forms, batch)),
    expire: (vips, after) =>
      inTurn(async () => {
        const answer = await batch.ask([...vips.map((vip) => expireLine(vip, after)), show]);
        const reasons = wordsAbout(vips, answer).map(textOf);
        return claimedOf(vips, addressesByKey(last(answer.shown)), reasons);
      }),
    rehearse: () =>
      inTurn(async () => {
        if (netlink !== undefined)
          await inPieces(
            nowhere,
            netlink.rehearse,
            () => {},
            () => {},
          );
        await claim(batch, [], netlink);
      }),
    watch(onChange) {
      const stop = watchInterfaces(path, onChange);
      watches.add(stop);
      return () => {
        watches.delete(stop);
        stop();
      };
    },
    async close() {
      for (const stop of watches) stop();
      watches.clear();
      await inTurn(batch.drop);
      netlink?.close();
    },
  };
}
