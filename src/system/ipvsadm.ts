/**
 * The door to the kernel's IPVS table: reads it, applies a plan in order. Decides nothing.
 *
 * Changes go through one `ipvsadm --restore` that is kept open on a pipe. Its answers carry neither
 * line numbers nor success, so a barrier line that must fail tells when all before it are done.
 */
import type { Ms } from "../model/time.ts";
import type { Change, Counters, Table } from "../table/table.ts";

export interface IpvsadmOptions {
  /** Where `ipvsadm` is looked for; default `systemPath`. */
  readonly path?: string;
  /** Longest silence of the program before it is killed; default 5 s. */
  readonly deadline?: Ms;
  /** Default `/proc/net/ip_vs`. */
  readonly procFile?: string;
}

/** A change that the kernel refused, with its words. */
export interface RefusedChange {
  readonly change: Change;
  readonly reason: string;
}

export interface ReadTable {
  readonly table: Table;
  readonly counters: Counters;
}

/** The kernel's connection timeouts in whole seconds (ipvsadm --set); 0 leaves one as it is. */
export interface ConnectionTimeouts {
  readonly tcpSeconds: number;
  readonly tcpFinSeconds: number;
  readonly udpSeconds: number;
}

/** Calls are performed one after the other, in the order in which they were made. */
export interface Ipvsadm {
  /** The whole truth with flags, thresholds and counters; throws MachineError. */
  readTable(): Promise<ReadTable>;
  /** Connections only, straight from /proc: no program is started; throws MachineError. */
  readCounters(): Promise<Counters>;
  /**
   * Applies the changes in order and resolves when the kernel has done them all; those that the
   * kernel refused are listed, the others hold. Throws MachineError when the program is missing,
   * hangs, or rejects a line as not its language: then what holds is to be read back.
   */
  apply(changes: readonly Change[]): Promise<{ readonly refused: readonly RefusedChange[] }>;
  /** Throws MachineError. */
  setTimeouts(timeouts: ConnectionTimeouts): Promise<void>;
  /** Ends the kept program. */
  close(): Promise<void>;
}
export type OpenIpvsadm = (options?: IpvsadmOptions) => Ipvsadm;
