/** Where things stand in the operator's text, kept next to a Config for what is judged later. */
import type { IpAddress } from "../model/address.ts";
import type { Role } from "../model/router.ts";

/** A place in a file; both numbers count from 1. `key` is the dotted name of what stands there. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly key: string;
}

/** The places that problems of a machine may have to name. Plain data. */
export interface Places {
  /** Of every floating address: where its device is given, else where the address is. */
  readonly vips: Readonly<Record<IpAddress, Place>>;
  /** Null where the key was left out. */
  readonly monitorLinks: Place | null;
  readonly keyFile: Place | null;
  /** Of the device of `connection_sync`. */
  readonly syncDevice: Place | null;
  readonly fence: Place | null;
  readonly services: Place | null;
  /** What checks need of the machine, once for each program and file. */
  readonly checkNeeds: readonly PlacedNeed[];
  /** Where checks are to come from, for each place where that is written. */
  readonly checkOrigins: readonly PlacedOrigin[];
  /** Of each host name where it first stands as the address of a real server. */
  readonly hosts: Readonly<Record<string, Place>>;
}

/** What of this machine the tries of a check come from; null: what is not written. */
export interface PlacedOrigin {
  readonly source: {
    /** On each router; null: it has none. */
    readonly of: Readonly<Record<Role, IpAddress | null>>;
    readonly place: Place;
  } | null;
  readonly device: { readonly name: string; readonly place: Place } | null;
}

/** A program or a file that a key names. */
export interface PlacedNeed {
  readonly names: "executable" | "file";
  /** Absolute. */
  readonly path: string;
  /** A file with a password. */
  readonly secret: boolean;
  readonly place: Place;
}
