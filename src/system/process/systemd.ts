/**
 * What systemd is sent (sd_notify(3)): ready, reloading, stopping, status, and the watchdog's feed.
 * Without NOTIFY_SOCKET every call does nothing, and the native library is not even loaded.
 */
import { MachineError, messageOf } from "../../model/error.ts";
import { type Ms, ms } from "../../model/time.ts";

export interface Systemd {
  /** The watchdog must be fed more often than this; null when there is none. */
  readonly watchdogWithin: Ms | null;
  ready(): void;
  reloading(): void;
  stopping(): void;
  /** The watchdog waits this long, until the next `ready`: a new process needs time to start. */
  restarting(within: Ms): void;
  /** One line for `systemctl status`. */
  status(text: string): void;
  /** Feeds the watchdog. Nothing feeds it unasked. */
  feed(): void;
}

/** What of the library sd-notify is used; it comes without types. */
interface SdNotify {
  sendState(state: string): void;
}

const silent: Systemd = {
  watchdogWithin: null,
  ready: () => {},
  reloading: () => {},
  stopping: () => {},
  restarting: () => {},
  status: () => {},
  feed: () => {},
};

/** WATCHDOG_USEC counts only for the process that WATCHDOG_PID names (sd_watchdog_enabled(3)). */
function watchdogWithin(environment: NodeJS.ProcessEnv): Ms | null {
  const { WATCHDOG_USEC: length, WATCHDOG_PID: pid } = environment;
  if (length === undefined || !/^[1-9]\d*$/.test(length)) return null;
  if (pid !== undefined && pid !== String(process.pid)) return null;
  return ms(Number(length) / 1000);
}

/** Throws MachineError when systemd waits for word but the library cannot be loaded. */
export async function openSystemd(environment = process.env): Promise<Systemd> {
  if (!environment.NOTIFY_SOCKET) return silent;
  let library: SdNotify;
  try {
    // @ts-expect-error The library has no types of its own.
    library = (await import("sd-notify")).default;
  } catch (thrown) {
    throw new MachineError(`sd-notify: cannot be loaded: ${messageOf(thrown)}`, { cause: thrown });
  }
  /** A message that systemd does not get is no reason to end: it acts on its silence by itself. */
  const send = (...lines: string[]): void => {
    try {
      library.sendState(lines.join("\n"));
    } catch {
      // The next feed of the watchdog says whether it listens.
    }
  };
  const watchdog = watchdogWithin(environment);
  const watch = (length: Ms | null): string[] =>
    length === null || watchdog === null ? [] : [`WATCHDOG_USEC=${Math.round(length * 1000)}`];
  return {
    watchdogWithin: watchdog,
    ready: () => send("READY=1", ...watch(watchdog)),
    // The time stamp is how systemd distinguishes the end of this reload from that of another.
    reloading: () => send("RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => send("STOPPING=1"),
    restarting: (within) => send("STATUS=restarting", ...watch(within)),
    status: (text) => send(`STATUS=${text.replaceAll("\n", " ")}`),
    feed: () => send("WATCHDOG=1"),
  };
}
