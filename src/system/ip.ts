/**
 * The door to addresses and links, through iproute2: reads, claims, releases, watches.
 *
 * Claims and releases go as one batch through an `ip -force -j -batch -` that is kept open on a
 * pipe, and are confirmed by reading the addresses back: an outcome is what the kernel says, and
 * the program's words are reasons at most.
 */
import { family } from "../model/address.ts";
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
import { runProgram } from "./program.ts";

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
}

/** Calls are performed one after the other, in the order in which they were made. */
export interface Ip {
  /** Throws MachineError. */
  readInterfaces(): Promise<readonly Interface[]>;
  /**
   * Adds what is not there, in the given order, and makes expiring ones permanent. With none to
   * claim the outcome is `all-held`. Throws MachineError when nothing is known of the outcome.
   */
  claim(vips: readonly FloatingAddress[]): Promise<AddressOutcome>;
  /**
   * Removes what is there, the last one first; other addresses of the devices stay. When the kept
   * program hangs it is killed and a fresh `ip` is tried once. With none to release the outcome is
   * `none-held`. Throws MachineError when that fails too, so that nothing is known.
   */
  release(vips: readonly FloatingAddress[]): Promise<AddressOutcome>;
  /**
   * Forgets whose network card had these addresses before they came here. A router that lets an
   * address go passes late packets on to its next holder: with an old entry it does so before there
   * is one, and they are lost; without one it waits for the announcement. Throws MachineError.
   */
  forgetNeighbours(vips: readonly FloatingAddress[]): Promise<void>;
  /** Gives held addresses a lifetime (announced restart): the kernel drops them unless claimed again. */
  expire(vips: readonly FloatingAddress[], after: Ms): Promise<AddressOutcome>;
  /** Tells every change of addresses and links until the returned function is called. */
  watch(onChange: (change: InterfaceChange) => void): () => void;
  close(): Promise<void>;
}

const defaultDeadline = ms(1000);

const keyOf = (vip: { prefix: FloatingAddress["prefix"]; device: string }): string =>
  printFloating({ ...vip, label: null });

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

async function claim(batch: IpBatch, vips: readonly FloatingAddress[]): Promise<AddressOutcome> {
  const answer = await batch.ask([...vips.map(claimLine), show]);
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
  before: readonly Interface[],
  after: readonly Interface[],
): FloatingAddress[] {
  const asked = new Set(vips.map(keyOf));
  const left = addressesByKey(after);
  return [...addressesByKey(before)].flatMap(([key, found]) => {
    const stays = asked.has(key) || left.has(key) || found.expires;
    return stays || family(found.prefix.address) === 6 ? [] : [found];
  });
}

async function releaseThroughPipe(
  batch: IpBatch,
  vips: readonly FloatingAddress[],
): Promise<AddressOutcome> {
  const order = inOrderOfRelease(vips);
  const answer = await batch.ask([show, ...order.map(releaseLine), show]);
  const [before = [], after = []] = answer.shown;
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

/** The door; the program is started when it is first needed. */
export function openIp(options: IpOptions = {}): Ip {
  const { path, deadline = defaultDeadline } = options;
  const batch = openIpBatch(path, deadline);
  const watches = new Set<() => void>();
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  };
  const release = async (vips: readonly FloatingAddress[]): Promise<AddressOutcome> => {
    try {
      const outcome = await releaseThroughPipe(batch, vips);
      if (outcome.held.length === 0) return outcome;
    } catch (thrown) {
      if (!(thrown instanceof MachineError)) throw thrown;
    }
    await batch.drop();
    return releaseAfresh(vips, path, deadline);
  };
  return {
    readInterfaces: () => inTurn(async () => last((await batch.ask([show])).shown)),
    claim: (vips) => inTurn(() => claim(batch, vips)),
    release: (vips) => inTurn(() => release(vips)),
    forgetNeighbours: (vips) =>
      inTurn(async () => {
        await batch.ask(vips.map(forgetNeighbourLine));
      }),
    expire: (vips, after) =>
      inTurn(async () => {
        const answer = await batch.ask([...vips.map((vip) => expireLine(vip, after)), show]);
        const reasons = wordsAbout(vips, answer).map(textOf);
        return outcomeOf(vips, last(answer.shown), reasons, "all-held");
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
    },
  };
}
