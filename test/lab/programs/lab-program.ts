/**
 * A program of the lab that plays another machine: a client, a real server. It answers questions
 * on its standard input (questions.h).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { urgently } from "../actors/unit.ts";
import { within } from "../machine/namespace.ts";

const otherMachine = 50;

/**
 * These machines share a guest's one processor with the routers, and on its clock of 10 ms the
 * scheduler lets whoever runs go on for that long. A machine of its own does not wait for a
 * router's daemon, so there its program runs when there is something to do (sched(7)). Elsewhere it
 * is in the scheduling class of the daemons.
 */
export const beforeRouters = (priority = otherMachine): readonly string[] =>
  process.env.LAB_REAL_TIME === "1" ? ["chrt", "--fifo", `${priority}`] : urgently;

/** The yardstick goes before all that it might have to wait for. */
const programs = {
  client: { file: process.env.LAB_CLIENT, priority: otherMachine },
  "holder-watch": { file: process.env.LAB_HOLDER_WATCH, priority: otherMachine },
  "real-server": { file: process.env.LAB_REAL_SERVER, priority: otherMachine },
  yardstick: { file: process.env.LAB_YARDSTICK, priority: 90 },
};

export class LabProgram {
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: readonly string[]) => void)[] = [];
  #ended = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.once("exit", () => {
      this.#ended = true;
    });
    // Written to after its end: the exit is what tells.
    child.stdin?.on("error", () => undefined);
    if (child.stdout === null) throw new Error("the program's answers cannot be read");
    let answer: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line !== ".") {
        answer.push(line);
        return;
      }
      this.#waiting.shift()?.(answer);
      answer = [];
    });
  }

  /** Starts it in the namespace; resolves when it has said that it is ready. */
  static async start(
    namespace: string,
    name: keyof typeof programs,
    ...words: readonly (string | number)[]
  ): Promise<LabProgram> {
    const { file = "", priority } = programs[name];
    const [command = "", ...rest] = [...beforeRouters(priority), file, ...words.map(String)];
    const child = within(namespace, () =>
      spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] }),
    );
    await once(child, "spawn");
    const program = new LabProgram(child);
    await program.#answer();
    return program;
  }

  /** Asks; the lines of the answer. Rejects when the program ends before it has answered. */
  ask(question: string): Promise<readonly string[]> {
    const answer = this.#answer();
    this.#child.stdin?.write(`${question}\n`);
    return answer;
  }

  /** Ends at once, as a killed process does: the kernel closes its sockets. */
  async kill(): Promise<void> {
    if (this.#ended) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  #answer(): Promise<readonly string[]> {
    const gone = new Error(`${this.#child.spawnargs.join(" ")} has ended`);
    if (this.#ended) return Promise.reject(gone);
    return new Promise((resolve, reject) => {
      const end = (): void => reject(gone);
      this.#child.once("exit", end);
      this.#waiting.push((answer) => {
        this.#child.off("exit", end);
        resolve(answer);
      });
    });
  }
}
