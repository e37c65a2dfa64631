/**
 * The door to addresses and links, through iproute2: reads, claims, releases, watches.
 *
 * Claims and releases go as one batch through an `ip -force -batch -` that is kept open on a pipe,
 * and are confirmed by reading the addresses back: what the outcome says is what the kernel says.
 */
import type { Prefix } from "../model/address.ts";
import type { Ms } from "../model/time.ts";

export interface InterfaceAddress {
  readonly prefix: Prefix;
  /** IPv4's label, e.g. `eth0` or `eth0:1`; null for IPv6. */
  readonly label: string | null;
  /** IPv6: duplicate address detection is under way or has failed, so that it does not answer. */
  readonly tentative: boolean;
  /** The kernel drops it after a while unless it is made permanent. */
  readonly expires: boolean;
}

export interface Interface {
  readonly name: string;
  readonly index: number;
  /** Six bytes as `02:00:00:00:00:01`; null for devices without one. */
  readonly mac: string | null;
  /** Administratively up (IFF_UP). */
  readonly up: boolean;
  /** Up and with a carrier (IFF_UP and IFF_LOWER_UP): packets can leave. */
  readonly carrier: boolean;
  readonly operstate: string;
  readonly addresses: readonly InterfaceAddress[];
}

/** A floating address whose device is known. A config `Vip` with a device fits. */
export interface FloatingAddress {
  readonly prefix: Prefix;
  readonly device: string;
  readonly label: string | null;
}

/** What the kernel says after a claim or a release; `held` and `missing` keep the given order. */
export interface AddressOutcome {
  readonly kind: "all-held" | "none-held" | "partly-held";
  readonly held: readonly FloatingAddress[];
  readonly missing: readonly FloatingAddress[];
  /** Words of ip and of this door about those that are not as asked; may be empty. */
  readonly reasons: readonly string[];
}

export type InterfaceChange =
  | {
      readonly kind: "address-added" | "address-removed";
      readonly device: string;
      readonly prefix: Prefix;
    }
  | {
      readonly kind: "link";
      readonly device: string;
      readonly up: boolean;
      readonly carrier: boolean;
    }
  | { readonly kind: "link-removed"; readonly device: string }
  /** Changes may have been missed (the watching program was started again): read everything. */
  | { readonly kind: "gap"; readonly why: string };

export interface IpOptions {
  /** Where `ip` is looked for; default `systemPath`. */
  readonly path?: string;
  /** Longest silence of the program before it is killed; default 1 s. */
  readonly deadline?: Ms;
}

/** Calls are performed one after the other, in the order in which they were made. */
export interface Ip {
  /** Throws MachineError. */
  readInterfaces(): Promise<readonly Interface[]>;
  /** Adds what is not there, in the given order, and makes expiring ones permanent. Throws MachineError. */
  claim(vips: readonly FloatingAddress[]): Promise<AddressOutcome>;
  /**
   * Removes what is there. When the kept program hangs it is killed and a fresh `ip` is tried once.
   * Throws MachineError when that fails too, so that nothing is known.
   */
  release(vips: readonly FloatingAddress[]): Promise<AddressOutcome>;
  /** Gives the addresses a lifetime (announced restart): the kernel drops them unless claimed again. */
  expire(vips: readonly FloatingAddress[], after: Ms): Promise<AddressOutcome>;
  /** Tells every change of addresses and links until the returned function is called. */
  watch(onChange: (change: InterfaceChange) => void): () => void;
  close(): Promise<void>;
}
export type OpenIp = (options?: IpOptions) => Ip;
