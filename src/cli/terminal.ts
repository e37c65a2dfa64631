/** What a command may do to the outside besides its work: speak, and learn that it should stop. */
import { isatty } from "node:tty";
import { printableLines } from "../model/printable.ts";

export interface Terminal {
  /** Writes to stdout; characters that would be hidden there are escaped. */
  readonly out: (text: string) => void;
  /** As `out`, to stderr. */
  readonly error: (text: string) => void;
  /** Whether stdout shows colours: a terminal, and the operator has not set NO_COLOR. */
  readonly colors: boolean;
  /** Whether stdout is a terminal, which can be redrawn. */
  readonly interactive: boolean;
  /**
   * From the first call on, ^C and SIGTERM abort the signal in place of ending the process. A
   * second one ends it; with `again` that is called instead, each time.
   */
  readonly untilStopped: (again?: () => void) => AbortSignal;
}

/** What lvsd writes itself: tabs, and the escape that begins a colour. All else is a stranger's. */
const shown = (text: string): string => printableLines(text, "\t\u001b");

/**
 * The terminal of this process. `readerGone` is called when stdout is closed at its other end.
 *
 * The streams are touched when something is said and not before: Node makes their descriptors
 * non-blocking, and the daemon writes its log to the same ones.
 */
export function processTerminal(readerGone: () => void): Terminal {
  let stop: AbortController | null = null;
  let spoken = false;
  let complained = false;
  const interactive = isatty(1);
  return {
    out: (text) => {
      if (!spoken)
        process.stdout.on("error", (error: NodeJS.ErrnoException) => {
          if (error.code !== "EPIPE") throw error;
          readerGone();
        });
      spoken = true;
      process.stdout.write(shown(text));
    },
    error: (text) => {
      // A terminal that has been hung up hears nothing; what is under way goes on to its end.
      if (!complained) process.stderr.on("error", () => {});
      complained = true;
      process.stderr.write(shown(text));
    },
    colors: interactive && (process.env.NO_COLOR ?? "") === "",
    interactive,
    untilStopped: (again) => {
      if (stop === null) {
        const controller = new AbortController();
        const hear = (): void => {
          if (controller.signal.aborted) again?.();
          controller.abort();
        };
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
          if (again === undefined) process.once(signal, hear);
          else process.on(signal, hear);
        stop = controller;
      }
      return stop.signal;
    },
  };
}
