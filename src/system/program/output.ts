/**
 * Writes text to a descriptor at once, and never waits for whoever reads it: a pipe that is full, a
 * journal that has stopped, a terminal that is held (Ctrl-S). What is not taken waits, bounded;
 * what cannot be written at all is lost and counted.
 *
 * Not a stream of Node: those are blocking on pipes and terminals (process I/O in Node's
 * documentation), and a thread of the pool that hangs in write(2) keeps the process from ending.
 */
import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { type Ms, ms } from "../../model/time.ts";
import { getStatusFlags, setStatusFlags } from "../libc.ts";

export interface Output {
  write(text: string): void;
  /** Texts that were given up. */
  readonly lost: number;
  /** Resolves when everything is written or given up, or after `within`. Never rejects. */
  flush(within: Ms): Promise<void>;
}

/** What waits for a reader that has stopped: an hour of a busy night, no burden for the memory. */
const waitingBytesMax = 1_000_000;
const againAfter = ms(50);

/**
 * A descriptor of the same thing that does not block. Pipes and terminals are opened anew, so that
 * others who share them (the shell) notice nothing; a socket cannot be. Files never block for long.
 */
function nonBlocking(fd: number): number {
  const kind = fstatSync(fd);
  if (kind.isFile()) return fd;
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  if (!kind.isSocket()) {
    try {
      return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    } catch {
      // Not ours to open (a pipe of another user): then as with a socket.
    }
  }
  setStatusFlags(fd, getStatusFlags(fd) | O_NONBLOCK);
  return fd;
}

const isFull = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && thrown.code === "EAGAIN";

/** Never throws: a descriptor that is closed loses everything, and counts it. */
export function openOutput(given: number): Output {
  let fd = given;
  let lost = 0;
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | null = null;
  let written: (() => void)[] = [];
  try {
    fd = nonBlocking(given);
  } catch {
    // Closed: each write will say so.
  }

  const work = (): void => {
    timer = null;
    for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
      waitingBytes -= text.length;
      try {
        const rest = text.subarray(writeSync(fd, text));
        if (rest.length === 0) continue;
        waiting.unshift(rest);
        waitingBytes += rest.length;
      } catch (thrown) {
        if (!isFull(thrown)) {
          lost += 1;
          continue;
        }
        waiting.unshift(text);
        waitingBytes += text.length;
        timer = setTimeout(work, againAfter).unref();
        return;
      }
    }
    for (const settle of written) settle();
    written = [];
  };
  return {
    write(text) {
      const bytes = Buffer.from(text);
      if (waitingBytes + bytes.length > waitingBytesMax) {
        lost += 1;
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (timer === null) work();
    },
    get lost() {
      return lost;
    },
    flush: (within) =>
      new Promise((resolve) => {
        if (waiting.length === 0) return resolve();
        const limit = setTimeout(resolve, within);
        written.push(() => {
          clearTimeout(limit);
          resolve();
        });
      }),
  };
}
