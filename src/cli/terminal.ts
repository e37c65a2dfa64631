/** What a command may do to the outside besides its work: speak, and learn that it should stop. */
import { isatty } from "node:tty";

export interface Terminal {
  /** Writes to stdout as it stands. */
  readonly out: (text: string) => void;
  /** Writes to stderr as it stands. */
  readonly error: (text: string) => void;
  /** Whether stdout shows colours: a terminal, and the operator has not set NO_COLOR. */
  readonly colors: boolean;
  /** Whether stdout is a terminal, which can be redrawn. */
  readonly interactive: boolean;
  /** From the first call on, ^C and SIGTERM abort the signal in place of ending the process. */
  readonly untilStopped: () => AbortSignal;
}

/**
 * The terminal of this process. `readerGone` is called when nobody reads stdout any more.
 *
 * The streams are touched when something is said and not before: Node makes their descriptors
 * non-blocking, and the daemon writes its log to the same ones.
 */
export function processTerminal(readerGone: () => void): Terminal {
  let stop: AbortController | null = null;
  let spoken = false;
  const interactive = isatty(1);
  return {
    out: (text) => {
      if (!spoken)
        process.stdout.on("error", (error: NodeJS.ErrnoException) => {
          if (error.code !== "EPIPE") throw error;
          readerGone();
        });
      spoken = true;
      process.stdout.write(text);
    },
    error: (text) => process.stderr.write(text),
    colors: interactive && (process.env.NO_COLOR ?? "") === "",
    interactive,
    untilStopped: () => {
      if (stop === null) {
        const controller = new AbortController();
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
          process.once(signal, () => controller.abort());
        stop = controller;
      }
      return stop.signal;
    },
  };
}
