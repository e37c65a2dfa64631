/**
 * A program that is kept open on its pipes, started when it is first asked and again when it has
 * ended. What is sent to it, and what its lines mean, is the caller's.
 */
import { MachineError } from "../../model/error.ts";
import type { Ms } from "../../model/time.ts";
import { type KeptProgram, type KeptProgramOptions, keepProgram } from "./program.ts";

export interface ProgramOnDemand {
  /** The running program; starts one where none runs. Throws MachineError: there is none. */
  start(): KeptProgram;
  /**
   * Writes, and waits for `done`, which the caller settles by what it hears. A program that takes
   * longer than `patience` is killed, and `done` is rejected with a MachineError.
   */
  converse(text: string, done: PromiseWithResolvers<void>, patience: Ms): Promise<void>;
  /**
   * Kills the program. Nothing is heard of it any more, not even its end; who is waiting for its
   * answer gets a MachineError.
   */
  drop(): Promise<void>;
}

/** `onStart`: another program is about to be started. */
export function programOnDemand(
  options: KeptProgramOptions & { readonly onStart?: () => void },
): ProgramOnDemand {
  let program: KeptProgram | null = null;
  /** What is being waited for. */
  let asked: PromiseWithResolvers<void> | null = null;

  const start = (): KeptProgram => {
    if (program !== null) return program;
    options.onStart?.();
    const kept = keepProgram({
      ...options,
      onLine: (line, stream) => {
        if (program === kept) options.onLine(line, stream);
      },
      onEnd: (why) => {
        if (program !== kept) return;
        program = null;
        options.onEnd(why);
      },
    });
    program = kept;
    return kept;
  };
  const drop = (): Promise<void> => {
    const kept = program;
    program = null;
    kept?.kill();
    asked?.reject(new MachineError(`${options.file}: was ended before it answered`));
    return kept?.ended ?? Promise.resolve();
  };
  return {
    start,
    drop,
    async converse(text, done, patience) {
      const kept = start();
      const timer = setTimeout(() => {
        const why = `${options.file}: gave no answer within ${patience} ms and was killed`;
        done.reject(new MachineError(why));
        void drop();
      }, patience);
      asked = done;
      kept.write(text);
      try {
        await done.promise;
      } finally {
        clearTimeout(timer);
        if (asked === done) asked = null;
      }
    },
  };
}
