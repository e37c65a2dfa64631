/**
 * One `ip -force -j -batch -` that is kept open on a pipe: takes lines, returns which of them
 * failed and what the `addr show` among them printed. Knows how the program answers, not what is
 * asked.
 *
 * Measured: the program does each line as it arrives, goes on after a failure, and names a failed
 * line by its number on stderr. It says nothing of the others; hence a barrier ends each batch.
 */

import { type Interface, readInterfacesJson } from "../../kernel/ip-text.ts";
import { MachineError } from "../../model/error.ts";
import { type Ms, ms } from "../../model/time.ts";
import { programOnDemand } from "../program/on-demand.ts";

/** On top of the silence that is allowed; measured: 0.3 to 0.6 ms a line in the slowest lab. */
const lineDeadline = ms(10);

/** The line whose answers come back as `shown`. */
export const show = "addr show";

export interface Answer {
  /** Words of the lines that failed, by index. */
  readonly failed: ReadonlyMap<number, string>;
  /** One list for each `show` among the lines that did not fail, in order. */
  readonly shown: readonly (readonly Interface[])[];
}

export interface IpBatch {
  /** Says the lines and waits until all are done. One at a time. Throws MachineError. */
  ask(lines: readonly string[]): Promise<Answer>;
  /** Kills the program; the next `ask` starts another one. */
  drop(): Promise<void>;
}

/** The program has ended in the middle, by itself or by somebody's hand. */
class Ended extends MachineError {}

/** What is being said, and what has been heard of it. */
class Conversation {
  readonly lines: readonly string[];
  /** Number of the first line in the life of the program. */
  #firstLine = 0;
  readonly failed = new Map<number, string>();
  readonly shown: string[] = [];
  readonly done = Promise.withResolvers<void>();
  #words: string[] = [];
  #barrierSeen = false;

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  get barrierLine(): number {
    return this.#firstLine + this.lines.length;
  }

  /** What to write. The barrier is an object that ip does not know: it fails without effect. */
  begin(firstLine: number): string {
    this.#firstLine = firstLine;
    return `${[...this.lines, `barrier-${this.barrierLine}`].join("\n")}\n`;
  }

  hear(line: string, stream: "stdout" | "stderr"): void {
    if (stream === "stdout") {
      if (line.startsWith("[")) this.shown.push(line);
    } else {
      const failure = /^Command failed -:(\d+)$/.exec(line);
      if (failure === null) {
        this.#words.push(line.trim());
        return;
      }
      const number = Number(failure[1]);
      if (number === this.barrierLine) this.#barrierSeen = true;
      else this.failed.set(number - this.#firstLine, this.#words.join(" "));
      this.#words = [];
    }
    this.#settle();
  }

  #settle(): void {
    // The two streams are read independently: the lists may be there later than the barrier.
    const shows = this.lines.filter((line, at) => line === show && !this.failed.has(at)).length;
    if (this.#barrierSeen && this.shown.length >= shows) this.done.resolve();
  }
}

/** The program is started when it is first needed. `deadline`: the longest silence. */
export function openIpBatch(path: string | undefined, deadline: Ms): IpBatch {
  let linesWritten = 0;
  let conversation: Conversation | null = null;
  const program = programOnDemand({
    file: "ip",
    args: ["-force", "-j", "-batch", "-"],
    path,
    onStart: () => {
      linesWritten = 0;
    },
    onLine: (line, stream) => conversation?.hear(line, stream),
    onEnd: (why) => conversation?.done.reject(new Ended(`the kept ${why}`)),
  });
  const askOnce = async (asked: Conversation): Promise<Answer> => {
    program.start();
    const text = asked.begin(linesWritten + 1);
    linesWritten = asked.barrierLine;
    conversation = asked;
    const patience = ms(deadline + asked.lines.length * lineDeadline);
    try {
      await program.converse(text, asked.done, patience);
    } finally {
      conversation = null;
    }
    return { failed: asked.failed, shown: asked.shown.map(readInterfacesJson) };
  };
  return {
    drop: program.drop,
    async ask(lines) {
      try {
        return await askOnce(new Conversation(lines));
      } catch (thrown) {
        if (!(thrown instanceof Ended)) throw thrown;
      }
      // Somebody may have ended the program since it was last asked; lines can be said twice.
      return askOnce(new Conversation(lines));
    },
  };
}
