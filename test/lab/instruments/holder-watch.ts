/** Who holds an address over time, as the routers' own kernels tell of it (holder-watch.c). */

import { LabProgram } from "../programs/lab-program.ts";
import { now } from "./clock.ts";

/** From `at` on these machines hold it. */
export interface Holding {
  readonly at: number;
  readonly holders: readonly string[];
}

export class HolderWatch {
  readonly #program: LabProgram;

  private constructor(program: LabProgram) {
    this.#program = program;
  }

  static async start(address: string, machines: readonly string[]): Promise<HolderWatch> {
    return new HolderWatch(await LabProgram.start("client", "holder-watch", address, ...machines));
  }

  async seen(): Promise<HolderHistory> {
    const lines = await this.#program.ask("holders");
    return new HolderHistory(
      lines.map((line) => {
        const [at, ...holders] = line.split(" ");
        return { at: Number(at), holders };
      }),
      now(),
    );
  }

  kill(): Promise<void> {
    return this.#program.kill();
  }
}

/** Each differs from the one before; the last one lasted until it was asked for. */
export class HolderHistory {
  readonly #holdings: readonly Holding[];
  readonly #until: number;

  constructor(holdings: readonly Holding[], until: number) {
    this.#holdings = holdings;
    this.#until = until;
  }

  /** How often a machine took the address. */
  get takeovers(): number {
    return this.#holdings.slice(1).reduce((sum, { holders }, index) => {
      const before = this.#holdings[index]?.holders ?? [];
      return sum + holders.filter((name) => !before.includes(name)).length;
    }, 0);
  }

  /** ms from `from` until the last moment at which several held it; 0 when they did not after it. */
  doubledUntil(from: number): number {
    const index = this.#holdings.findLastIndex(({ holders }) => holders.length > 1);
    if (index < 0) return 0;
    const end = this.#holdings[index + 1]?.at ?? this.#until;
    return Math.max(0, end - from);
  }

  /** `0 r1, 412 r1+r2, 633 r1`: ms since `from`, for the story. */
  told(from: number): string {
    return this.#holdings
      .map(({ at, holders }) => `${(at - from).toFixed(0)} ${holders.join("+") || "nobody"}`)
      .join(", ");
  }
}
