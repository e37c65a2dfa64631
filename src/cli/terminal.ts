/** What a command may do to the outside besides its work: speak, and learn that it should stop. */

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

/** The terminal of this process. */
export function processTerminal(): Terminal {
  let stop: AbortController | null = null;
  const interactive = process.stdout.isTTY === true;
  return {
    out: (text) => process.stdout.write(text),
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
