/**
 * The door of the heartbeat: one UDP socket per path, bound to the path's own address and the
 * heartbeat port, unicast to the peer. Knows no message; stamps the instant of receipt.
 *
 * Only datagrams from the peer's address are passed on; all others are counted as foreign.
 */
import type { IpAddress } from "../model/address.ts";
import type { Instant } from "../model/time.ts";

export interface HeartbeatPathOptions {
  readonly own: IpAddress;
  readonly peer: IpAddress;
  readonly port: number;
  readonly onDatagram: (bytes: Uint8Array, from: IpAddress, at: Instant) => void;
  /** The first of a row of datagrams from other addresses, for the log. */
  readonly onForeign: (from: string, bytes: number) => void;
}

export interface HeartbeatPath {
  /** Bound and able to send. */
  readonly open: boolean;
  /** Datagrams from addresses that are not the peer's. */
  readonly foreign: number;
  /**
   * Binds, or binds again after an error; null when open, else why not (for example that the own
   * address is not on this machine yet): call it again later. Never throws.
   */
  bind(): Promise<string | null>;
  /** Null when the kernel took it, else why not. Never throws; never waits for anybody. */
  send(bytes: Uint8Array): Promise<string | null>;
  close(): Promise<void>;
}
export type OpenHeartbeatPath = (options: HeartbeatPathOptions) => HeartbeatPath;
