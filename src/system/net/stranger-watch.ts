/**
 * Listens whether somebody else answers for a VIP: ARP and neighbour advertisements whose sender
 * is not one of our interfaces. Reports, and decides nothing.
 *
 * The kernel's filter lets through little but claims of watched VIPs, so a look twice a second
 * finds mostly nothing, and a flood of ARP fills one small buffer and costs one bounded look.
 */
import { isDeepStrictEqual } from "node:util";
import { claimIn, etherTypeArp, etherTypeIpv6 } from "../../kernel/frames.ts";
import { addressBytes, family, type IpAddress } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import { ms } from "../../model/time.ts";
import type { FloatingAddress, Interface } from "../ip/ip.ts";
import type { FilterStep } from "../libc.ts";
import { filterStepsMax, openPacketSocket, type PacketSocket } from "./raw-socket.ts";

/** Somebody whose MAC is not ours claims a watched VIP. */
export interface Stranger {
  readonly address: IpAddress;
  readonly device: string;
  readonly mac: string;
  /** It is the peer: the MAC was heard with the peer's own address on this device. */
  readonly isPeer: boolean;
}

export interface StrangerWatch {
  /**
   * Replaces what is watched: the VIPs on their devices, the MACs that are ours, and the peer's own
   * addresses, by which its MACs become known. What was learned of the peer is kept.
   */
  watch(
    vips: readonly FloatingAddress[],
    interfaces: readonly Interface[],
    peer: readonly IpAddress[],
  ): void;
  close(): void;
}

/** `onTrouble`: it cannot listen, with the reason. */
export type OpenStrangerWatch = (
  onStranger: (stranger: Stranger) => void,
  onTrouble: (why: string) => void,
) => StrangerWatch;

/**
 * Two routers that both answer are to know it soon; a look at empty sockets costs next to nothing.
 */
const lookEvery = ms(100);
/**
 * More frames than the receive buffer holds; more would only be the flood that goes on meanwhile.
 */
const framesPerLookMax = 256;
/** A stranger who claims an address a thousand times a second is reported once. */
const reportAgainAfter = ms(1000);
/** Strangers remembered as reported; beyond that a flood of invented ones is reported no more. */
const strangersMax = 64;

const load = (code: number, k: number): FilterStep => ({ code, jt: 0, jf: 0, k });
const loadWord = (at: number): FilterStep => load(0x20, at);
const loadByte = (at: number): FilterStep => load(0x30, at);
const skipUnless = (k: number, steps: number): FilterStep => ({ code: 0x15, jt: 0, jf: steps, k });
const keep: FilterStep = { code: 0x06, jt: 0, jf: 0, k: 0xffff };
const drop: FilterStep = { code: 0x06, jt: 0, jf: 0, k: 0 };

/**
 * ARP whose sender address (offset 28) is one of these; all ARP where the filter would be too long.
 */
export function arpFilter(addresses: readonly IpAddress[]): readonly FilterStep[] {
  if (addresses.length * 2 + 2 > filterStepsMax) return [keep];
  const steps = addresses.flatMap((address) => {
    const [a = 0, b = 0, c = 0, d = 0] = addressBytes(address);
    return [skipUnless(((a << 24) | (b << 16) | (c << 8) | d) >>> 0, 1), keep];
  });
  return [loadWord(28), ...steps, drop];
}

/** ICMPv6 (offset 20) neighbour advertisements (offset 54). */
export const advertisementFilter: readonly FilterStep[] = [
  loadByte(20),
  skipUnless(58, 3),
  loadByte(54),
  skipUnless(136, 1),
  keep,
  drop,
];

/**
 * One packet socket for each EtherType. Touches the kernel only where something becomes another
 * one: it waits for all processors when such a socket is closed, and a filter that is freed cost
 * the lab's kernel 20 to 60 ms, each time that addresses had changed.
 */
class Listeners {
  readonly #open = new Map<number, { socket: PacketSocket; filter: readonly FilterStep[] }>();

  get sockets(): readonly PacketSocket[] {
    return [...this.#open.values()].map(({ socket }) => socket);
  }

  /** What is let through; null: nothing. Throws MachineError. */
  set(etherType: number, filter: readonly FilterStep[] | null): void {
    const open = this.#open.get(etherType);
    if (filter === null) {
      open?.socket.close();
      this.#open.delete(etherType);
      return;
    }
    if (isDeepStrictEqual(open?.filter, filter)) return;
    const socket = open?.socket ?? openPacketSocket(etherType);
    this.#open.set(etherType, { socket, filter });
    socket.setFilter(filter);
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
    this.#open.clear();
  }
}

/** A watch that watches nothing yet. Looking does not keep the process alive. */
export const openStrangerWatch: OpenStrangerWatch = (onStranger, onTrouble) => {
  const listeners = new Listeners();
  let timer: NodeJS.Timeout | null = null;
  let watched = new Set<string>();
  let ours = new Set<string>();
  let names = new Map<number, string>();
  let peers = new Set<IpAddress>();
  /** The MAC of each of the peer's addresses, by device and address. */
  const peerMacs = new Map<string, string>();
  const reported = new Map<string, number>();

  const report = (stranger: Stranger): void => {
    const key = `${stranger.device} ${stranger.address} ${stranger.mac}`;
    const before = reported.get(key);
    const at = performance.now();
    if (before !== undefined && at - before < reportAgainAfter) return;
    if (before === undefined && reported.size >= strangersMax) return;
    reported.set(key, at);
    onStranger(stranger);
  };
  const isPeer = (device: string, mac: string): boolean =>
    [...peers].some((address) => peerMacs.get(`${device} ${address}`) === mac);
  const judge = (bytes: Uint8Array, interfaceIndex: number): void => {
    const claim = claimIn(bytes);
    const device = names.get(interfaceIndex);
    if (claim === null || device === undefined || ours.has(claim.mac)) return;
    const key = `${device} ${claim.address}`;
    if (peers.has(claim.address)) peerMacs.set(key, claim.mac);
    if (watched.has(key)) report({ ...claim, device, isPeer: isPeer(device, claim.mac) });
  };
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    listeners.close();
  };
  const look = (): void => {
    for (const [key, at] of reported)
      if (performance.now() - at > reportAgainAfter) reported.delete(key);
    try {
      for (const socket of listeners.sockets) {
        for (let count = 0; count < framesPerLookMax; count += 1) {
          const frame = socket.receive();
          if (frame === null) break;
          judge(frame.bytes, frame.interfaceIndex);
        }
      }
    } catch (thrown) {
      stop();
      onTrouble(messageOf(thrown));
    }
  };
  return {
    watch(vips, interfaces, peer) {
      peers = new Set(peer);
      watched = new Set(vips.map((vip) => `${vip.device} ${vip.prefix.address}`));
      ours = new Set(interfaces.flatMap(({ mac }) => (mac === null ? [] : [mac])));
      names = new Map(interfaces.map(({ index, name }) => [index, name]));
      const addresses =
        vips.length === 0 ? [] : [...vips.map((vip) => vip.prefix.address), ...peer];
      const four = addresses.filter((address) => family(address) === 4);
      try {
        listeners.set(etherTypeArp, four.length > 0 ? arpFilter(four) : null);
        listeners.set(etherTypeIpv6, four.length < addresses.length ? advertisementFilter : null);
      } catch (thrown) {
        stop();
        onTrouble(messageOf(thrown));
        return;
      }
      if (listeners.sockets.length === 0) stop();
      else timer ??= setInterval(look, lookEvery).unref();
    },
    close: stop,
  };
};
