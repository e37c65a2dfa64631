/**
 * Containment: whatever is thrown by a check or by an operator's command, in whichever callback of
 * whichever library, ends that one piece of work and never the process.
 *
 * A promise and try/catch see what is thrown while they wait. They do not see a throw in a socket's
 * callback, in a library's parser or in a listener of an AbortSignal: Node hands that to
 * `uncaughtException`. An AsyncLocalStorage says there whose work it was. What is thrown by
 * nobody's contained work is a bug of the daemon itself and ends it, as without this file.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { inspect } from "node:util";

interface Containment {
  /** For the operator: `check tcp`, `command /usr/bin/x`. */
  readonly what: string;
  /** Ends the work with what was thrown; false: it had ended before. */
  readonly fail: (thrown: unknown) => boolean;
}

const current = new AsyncLocalStorage<Containment>();

/**
 * Runs `work`. Rejects with what it throws, also when a callback that it left behind throws.
 * Needs `containThrows` in this process for the latter.
 */
export function contained<T>(what: string, work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let over = false;
    const fail = (thrown: unknown): boolean => {
      const first = !over;
      over = true;
      reject(thrown);
      return first;
    };
    const done = (value: T): void => {
      over = true;
      resolve(value);
    };
    current.run({ what, fail }, () => {
      // An async function, so that what `work` throws at once rejects as well.
      (async () => work())().then(done, fail);
    });
  });
}

/**
 * The listener as part of the work that registers it. Without this a listener of an AbortSignal
 * runs, and throws, on behalf of whoever aborts.
 */
export const ofThisWork = <Args extends unknown[]>(
  listener: (...args: Args) => void,
): ((...args: Args) => void) => AsyncLocalStorage.bind(listener);

/**
 * Contains throws in this process from now on. `late` gets what is thrown by work that had ended
 * before, which is nothing's failure any more. Call it once.
 */
export function containThrows(late: (what: string, thrown: unknown) => void): void {
  process.on("uncaughtException", (thrown) => {
    const work = current.getStore();
    if (work === undefined) {
      writeSync(2, `${inspect(thrown)}\n`);
      process.exit(1);
    }
    if (!work.fail(thrown)) late(work.what, thrown);
  });
}
