/**
 * Where events become lines: pino to stdout, JSON with journald's priority prefix (sd-daemon(3)),
 * human text on a terminal. Never blocks and never ends the daemon, whatever stdout is.
 */
import type { LvsdEvent } from "../model/event.ts";

export interface Log {
  event(event: LvsdEvent): void;
  /** Lines that could not be written so far. */
  readonly lost: number;
  /** Writes out what is waiting, for the last words before the end. Never throws. */
  flush(): void;
}
export interface LogOptions {
  /** File descriptor; default 1. */
  readonly fd?: number;
  /** Default: whether the descriptor is a terminal. */
  readonly terminal?: boolean;
}
export type OpenLog = (options?: LogOptions) => Log;
