/** How fast the lab's machine is; the work is done by a program of its own (yardstick.c). */
import { LabProgram } from "../programs/lab-program.ts";
import { patience } from "./wait.ts";

export interface Pace {
  /** How many times as long as at its fastest the machine took for the same work, at its slowest. */
  readonly slowest: number;
  /** The longest time in ms in which not even the most urgent program ran. */
  readonly stillMs: number;
}

/** An emulated processor would do little else. */
const restMs = 4 * patience;

/** Three times as slow is more than busy caches and a shared core make of it. */
const slowestMax = 3;
const stillAtSpeedMs = restMs + 3;

/** A story that failed while the machine stood still for longer than this is told once more. */
export const stillMaxMs = 300;

/** Whether the machine was itself throughout, so that what happened on it is its programs' doing. */
export const undisturbed = (pace: Pace): boolean =>
  pace.slowest <= slowestMax && pace.stillMs <= stillAtSpeedMs;

export class Yardstick {
  readonly #program: LabProgram;

  private constructor(program: LabProgram) {
    this.#program = program;
  }

  static async start(): Promise<Yardstick> {
    return new Yardstick(await LabProgram.start("client", "yardstick", restMs));
  }

  /** Between two instants of the lab's clock; of the last half hour. */
  async pace(from: number, until: number): Promise<Pace> {
    const answer = await this.#program.ask(`pace ${from} ${until}`);
    const [slowest = Number.NaN, stillMs = Number.NaN] = answer.map((line) =>
      Number(line.split(" ")[1]),
    );
    return { slowest, stillMs };
  }

  /** How late, in ms, this share of the program's own turns began at most: the machine's doing. */
  async lateness(from: number, until: number, share: number): Promise<number> {
    const [line = ""] = await this.#program.ask(`late ${from} ${until} ${share}`);
    return Number(line.split(" ")[1]);
  }

  kill(): Promise<void> {
    return this.#program.kill();
  }
}
