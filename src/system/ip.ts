/**
 * The door to addresses and links, through iproute2: reads, claims, releases, watches.
 *
 * Claims and releases go to the kernel itself where that is possible (netlink.ts), and what it did
 * not do at once goes as one batch through an `ip -force -j -batch -` that is kept open on a pipe.
 * Both are confirmed by reading the addresses back through that program: an outcome is what the
 * kernel says, and the program's words are reasons at most.
 */
import { setImmediate as turn } from "node:timers/promises";
import { family, parsePrefix } from "../model/address.ts";
import { MachineError, messageOf } from "../model/error.ts";
import { type Ms, ms } from "../model/time.ts";
import { type Answer, type IpBatch, openIpBatch, show } from "./ip-batch.ts";
import {
  claimLine,
  expireLine,
  type FloatingAddress,
  forgetNeighbourLine,
  type Interface,
  type InterfaceAddress,
  type InterfaceChange,
  inOrderOfRelease,
  printFloating,
  readInterfacesJson,
  releaseBatch,
  releaseLine,
} from "./ip-text.ts";
import { watchInterfaces } from "./ip-watch.ts";
import type { IndexOf, Netlink } from "./netlink.ts";
import { runProgram } from "./program.ts";
import type { KernelAddress } from "./rtnetlink.ts";

export type { FloatingAddress, Interface, InterfaceAddress, InterfaceChange };
export { releaseBatch };

/** What the kernel says after a claim or a release; `held` and `missing` keep the given order. */
export interface AddressOutcome {
  readonly kind: "all-held" | "none-held" | "partly-held";
  readonly held: readonly FloatingAddress[];
  readonly missing: readonly FloatingAddress[];
  /** Words of ip and of this door about those that are not as asked; may be empty. */
  readonly reasons: readonly string[];
}

export interface IpOptions {
  /** Where `ip` is looked for; default `systemPath`. */
  readonly path?: string | undefined;
  /** Longest silence of the program before it is killed, 10 ms a line on top; default 1 s. */
  readonly deadline?: Ms;
  /** The short way to the kernel; absent: everything goes through the program. */
  readonly netlink?: ((indexOf: IndexOf) => Netlink) | undefined;
}

/** Hears of addresses that a claim has just added, in the order of the claim. */
export type OnAdded = (vips: readonly FloatingAddress[]) => void;

/** Calls are performed one after the other, in the order in which they were made. */
export interface Ip {
  /** Throws MachineError. */
  readInterfaces(): Promise<readonly Interface[]>;
  /**
   * Adds what is not there, in the given order, and makes expiring ones permanent. With none to
   * claim the outcome is `all-held`. Throws MachineError when nothing is known of the outcome.
   *
   * `onAdded` is called for a few addresses at a time, as soon as the kernel has confirmed them and
   * before the next ones go in, beginning before this returns; a NAT router's addresses are by
   * themselves. It is not called for VIPs that were there before or took the longer way.
   */
  claim(vips: readonly FloatingAddress[], onAdded?: OnAdded): Promise<AddressOutcome>;
  /**
   * Removes what is there, the last one first; other addresses of the devices stay. When the kept
   * program hangs it is killed and a fresh `ip` is tried once. With none to release the outcome is
   * `none-held`. Throws MachineError when that fails too, so that nothing is known.
   */
  release(vips: readonly FloatingAddress[]): Promise<AddressOutcome>;
  /** Gives held addresses a lifetime (announced restart): the kernel drops them unless claimed again. */
  expire(vips: readonly FloatingAddress[], after: Ms): Promise<AddressOutcome>;
  /** Runs through a claim of nothing: its programs are there and its code is compiled then. */
  rehearse(): Promise<void>;
  /** Tells every change of addresses and links until the returned function is called. */
  watch(onChange: (change: InterfaceChange) => void): () => void;
  close(): Promise<void>;
}

const defaultDeadline = ms(1000);

const keyOf = (vip: { prefix: FloatingAddress["prefix"]; device: string }): string =>
  printFloating({ ...vip, label: null });

/** An address with its device, as far as a release has to know it. */
type Listed = FloatingAddress & { readonly expires: boolean };

/** All addresses of all devices by `keyOf`. */
function addressesByKey(interfaces: readonly Interface[]) {
  const all = new Map<string, InterfaceAddress & { readonly device: string }>();
  for (const { name, addresses } of interfaces)
    for (const address of addresses)
      all.set(keyOf({ prefix: address.prefix, device: name }), { ...address, device: name });
  return all;
}

function outcomeOf(
  vips: readonly FloatingAddress[],
  interfaces: readonly Interface[],
  reasons: readonly string[],
  ifNone: "all-held" | "none-held",
): AddressOutcome {
  const there = addressesByKey(interfaces);
  const isHeld = (vip: FloatingAddress): boolean => there.get(keyOf(vip))?.tentative === false;
  const held = vips.filter(isHeld);
  const missing = vips.filter((vip) => !isHeld(vip));
  if (vips.length === 0) return { kind: ifNone, held, missing, reasons };
  const kind = missing.length === 0 ? "all-held" : held.length === 0 ? "none-held" : "partly-held";
  return { kind, held, missing, reasons };
}

const last = <Item>(items: readonly Item[]): Item => {
  const item = items.at(-1);
  if (item === undefined) throw new MachineError("ip: gave no list of addresses");
  return item;
};

/** What ip said of these, whose lines stood at every `step`-th place from `first`. */
function wordsAbout(
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

const textOf = (about: { readonly text: string }): string => about.text;

/**
 * How many addresses the kernel is asked for at a time: the loop goes on in between. The first
 * pieces are smaller, so that the first address is there without waiting for many others.
 */
const pieceMax = 32;

/** In order; those of a NAT router apart from VIPs. */
function* piecesOf(vips: readonly FloatingAddress[]): Generator<readonly FloatingAddress[]> {
  let size = 1;
  for (let from = 0; from < vips.length; ) {
    const kind = vips[from]?.kind;
    const piece = vips.slice(from, from + size);
    const other = piece.findIndex((vip) => vip.kind !== kind);
    const alike = other === -1 ? piece : piece.slice(0, other);
    yield alike;
    from += alike.length;
    size = Math.min(2 * size, pieceMax);
  }
}

/** Has the kernel do it for a few at a time; `onLeft` hears what it has not done. Never rejects. */
async function atOnce(
  vips: readonly FloatingAddress[],
  act: (piece: readonly FloatingAddress[]) => readonly FloatingAddress[],
  onDone: OnAdded,
  onLeft: (left: readonly FloatingAddress[]) => void | Promise<void>,
): Promise<void> {
  for (const piece of piecesOf(vips)) {
    if (piece.length === pieceMax) await turn();
    let done: ReadonlySet<FloatingAddress> = new Set();
    try {
      done = new Set(act(piece));
    } catch (thrown) {
      // The program finds out what has become of them.
      if (!(thrown instanceof MachineError)) throw thrown;
    }
    if (done.size > 0) onDone(piece.filter((vip) => done.has(vip)));
    if (done.size < piece.length) await onLeft(piece.filter((vip) => !done.has(vip)));
  }
}

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
  await atOnce(vips, netlink?.add ?? nothing, onAdded, async (some) => {
    if (some[0]?.kind !== "nat-router") {
      left.push(...some);
      return;
    }
    // It has to be there, and told, before any VIP is.
    const { shown } = await batch.ask([...some.map(claimLine), show]);
    onAdded(outcomeOf(some, last(shown), [], "all-held").held);
  });
  const answer = await batch.ask([...left.map(claimLine), show]);
  const first = outcomeOf(vips, last(answer.shown), [], "all-held");
  if (first.missing.length === 0) return first;
  // A long-running ip remembers devices by number: one that came back under its old name is
  // unknown to it. And an address that failed duplicate address detection must go to come again.
  await batch.drop();
  const again = first.missing.flatMap((vip) => [releaseLine(vip), claimLine(vip)]);
  const second = await batch.ask([...again, show]);
  const reasons = wordsAbout(first.missing, second, 1, 2).map(textOf);
  return outcomeOf(vips, last(second.shown), reasons, "all-held");
}

/**
 * What went although nobody asked for it. The kernel deletes the secondary addresses of a subnet
 * together with its primary one unless promote_secondaries is set; a router's own address can be
 * such.
 */
function takenAlong(
  vips: readonly FloatingAddress[],
  before: readonly Listed[],
  after: readonly Interface[],
): FloatingAddress[] {
  const asked = new Set(vips.map(keyOf));
  const left = addressesByKey(after);
  return before.filter((found) => {
    const key = keyOf(found);
    const stays = asked.has(key) || left.has(key) || found.expires;
    return !stays && family(found.prefix.address) === 4;
  });
}

/** Deletes what is there, the last one first; what was there before, and what is there now. */
async function deleteAll(
  batch: IpBatch,
  vips: readonly FloatingAddress[],
  netlink: Netlink | undefined,
): Promise<{ readonly before: readonly Listed[]; readonly after: readonly Interface[] }> {
  const order = inOrderOfRelease(vips);
  const found = netlink === undefined ? null : listed(netlink);
  if (netlink === undefined || found === null) {
    const lines = order.flatMap((vip) => [forgetNeighbourLine(vip), releaseLine(vip)]);
    const { shown } = await batch.ask([show, ...lines, show]);
    return { before: [...addressesByKey(shown[0] ?? []).values()], after: last(shown) };
  }
  const left: FloatingAddress[] = [];
  await atOnce(
    order,
    netlink.delete,
    () => {},
    (some) => void left.push(...some),
  );
  const lines = left.flatMap((vip) => [forgetNeighbourLine(vip), releaseLine(vip)]);
  const after = last((await batch.ask([...lines, show])).shown);
  const names = new Map(after.map(({ index, name }) => [index, name]));
  const before = found.flatMap(({ index, ...address }) => {
    const device = names.get(index);
    return device === undefined ? [] : [{ ...address, device }];
  });
  return { before, after };
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

async function releaseReadingBack(
  batch: IpBatch,
  vips: readonly FloatingAddress[],
  netlink: Netlink | undefined,
): Promise<AddressOutcome> {
  const { before, after } = await deleteAll(batch, vips, netlink);
  const collateral = takenAlong(vips, before, after);
  if (collateral.length === 0) return outcomeOf(vips, after, [], "none-held");
  const restored = await batch.ask([...collateral.map(claimLine), show]);
  const reasons = wordsAbout(collateral, restored).map(textOf);
  return outcomeOf(vips, last(restored.shown), reasons, "none-held");
}

async function releaseAfresh(
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
  const outcome = outcomeOf(vips, readInterfacesJson(stdout), reasons, "none-held");
  return outcome.held.length === 0 ? { ...outcome, reasons: [] } : outcome;
}

/** The program, and the numbers of the devices as it last showed them. */
function openKnowingBatch(path: string | undefined, deadline: Ms) {
  const batch = openIpBatch(path, deadline);
  let indices: ReadonlyMap<string, number> = new Map();
  const knowing: IpBatch = {
    drop: batch.drop,
    async ask(lines) {
      const answer = await batch.ask(lines);
      const devices = answer.shown.at(-1);
      if (devices !== undefined) indices = new Map(devices.map(({ name, index }) => [name, index]));
      return answer;
    },
  };
  return { batch: knowing, indexOf: (device: string) => indices.get(device) ?? 0 };
}

/**
 * The door; the program is started when it is first needed. Throws MachineError when there is no
 * short way to the kernel although it was asked for.
 */
export function openIp(options: IpOptions = {}): Ip {
  const { path, deadline = defaultDeadline } = options;
  const { batch, indexOf } = openKnowingBatch(path, deadline);
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
      const outcome = await releaseReadingBack(batch, vips, netlink);
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
    expire: (vips, after) =>
      inTurn(async () => {
        const answer = await batch.ask([...vips.map((vip) => expireLine(vip, after)), show]);
        const reasons = wordsAbout(vips, answer).map(textOf);
        return outcomeOf(vips, last(answer.shown), reasons, "all-held");
      }),
    rehearse: () =>
      inTurn(async () => {
        if (netlink !== undefined)
          await atOnce(
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
