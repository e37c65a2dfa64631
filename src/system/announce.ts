/**
 * The door by which the neighbours learn where a VIP is: gratuitous ARP (RFC 5227 section 3,
 * RFC 826) and unsolicited neighbour advertisements (RFC 4861 section 7.2.6), sent on a raw packet
 * socket from inside the process. Also asks and listens whether somebody else answers for a VIP.
 */
import type { IpAddress } from "../model/address.ts";
import type { FloatingAddress, Interface } from "./ip.ts";

export interface Announced {
  /** Frames handed to the kernel. */
  readonly frames: number;
  /** One text for each device that failed; empty when all frames left. */
  readonly failures: readonly string[];
}

/** Somebody whose MAC is not ours claims a watched VIP. */
export interface Stranger {
  readonly address: IpAddress;
  readonly device: string;
  readonly mac: string;
}

/** All calls are synchronous: frames are with the kernel when they return. */
export interface Announcer {
  /** Tells the neighbours that each VIP is here, in the given order, all at once. */
  announceAll(vips: readonly FloatingAddress[], interfaces: readonly Interface[]): Announced;
  /** Asks who has each VIP (ARP probe, neighbour solicitation); answers reach the watch. */
  probeAll(vips: readonly FloatingAddress[], interfaces: readonly Interface[]): Announced;
  close(): void;
}
/** Throws MachineError when the packet socket cannot be had. */
export type OpenAnnouncer = () => Announcer;

export interface StrangerWatch {
  /** Replaces what is watched: VIPs by device, and the MACs that are ours. */
  watch(vips: readonly FloatingAddress[], interfaces: readonly Interface[]): void;
  close(): Promise<void>;
}
/** Listens in a worker thread. `onTrouble`: it cannot listen, with the reason. */
export type OpenStrangerWatch = (
  onStranger: (stranger: Stranger) => void,
  onTrouble: (why: string) => void,
) => StrangerWatch;
