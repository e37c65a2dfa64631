/**
 * One reading of the rates for all who ask: at most one a second, and seldom enough that reading
 * costs less than a hundredth of a core, however large the table is.
 */
import type { RatesReport } from "../../control/api.ts";
import type { ServiceRates } from "../../kernel/ipvs-rates.ts";
import { addMs, type Instant, type Ms, ms, seconds } from "../../model/time.ts";

export interface RatesDoors {
  readonly read: () => Promise<readonly ServiceRates[]>;
  readonly now: () => Instant;
  readonly wallClock: () => string;
  /** What this process has used of its processor so far. */
  readonly used: () => Ms;
}

const shareMax = 0.01;

export class SharedRates {
  readonly #doors: RatesDoors;
  #report: Promise<RatesReport> | null = null;
  #until: Instant | null = null;

  constructor(doors: RatesDoors) {
    this.#doors = doors;
  }

  /** Rejects with the MachineError of the reading; the next second tries again. */
  read(): Promise<RatesReport> {
    const now = this.#doors.now();
    if (this.#report !== null && (this.#until === null || now < this.#until)) return this.#report;
    this.#until = null;
    this.#report = this.#read();
    return this.#report;
  }

  async #read(): Promise<RatesReport> {
    const { now, read, used, wallClock } = this.#doors;
    const began = now();
    const usedBefore = used();
    try {
      const services = await read();
      return { at: wallClock(), services };
    } finally {
      const pause = Math.max(seconds(1), (used() - usedBefore) / shareMax);
      this.#until = addMs(began, ms(pause));
    }
  }
}
