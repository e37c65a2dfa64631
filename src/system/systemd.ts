/**
 * What systemd is told (sd_notify(3)): ready, reloading, stopping, status, and the watchdog's feed.
 * Without NOTIFY_SOCKET every call does nothing, and the native library is not even loaded.
 */
import type { Ms } from "../model/time.ts";

export interface Systemd {
  /** How often the watchdog must be fed at the latest; null when there is none. */
  readonly watchdogEvery: Ms | null;
  ready(): void;
  reloading(): void;
  stopping(): void;
  /** One line for `systemctl status`. */
  status(text: string): void;
  /** Feeds the watchdog. Nothing feeds it unasked. */
  feed(): void;
}
/** Throws MachineError when systemd waits for word but the library cannot be loaded. */
export type OpenSystemd = (environment?: NodeJS.ProcessEnv) => Promise<Systemd>;
