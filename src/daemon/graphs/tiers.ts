/**
 * One measured thing over the last hours, in bounded memory: every value of the last three hours,
 * and means of ten of them for a day. Pure: values go in one after the other, whatever the time is.
 */

/** Seconds between two values, how many are kept, and how many of the finer tier make one. */
export const tiers = {
  hours: { step: 30, length: 360, of: 1 },
  day: { step: 300, length: 288, of: 10 },
} as const;

export type TierName = keyof typeof tiers;

/** The newest values of one tier; what was not measured is NaN, which costs no more than a number. */
class Ring {
  readonly #values: Float32Array;
  #next = 0;

  constructor(length: number) {
    this.#values = new Float32Array(length).fill(Number.NaN);
  }

  push(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
  }

  /** The newest `count`, oldest first. */
  last(count: number): (number | null)[] {
    const { length } = this.#values;
    return Array.from({ length: Math.min(count, length) }, (_, at) => {
      const value = this.#values[(this.#next - Math.min(count, length) + at + length) % length];
      return value === undefined || Number.isNaN(value) ? null : rounded(value);
    });
  }
}

/** Single precision has seven digits; more than four of them say nothing in a graph. */
const rounded = (value: number): number => Number(value.toPrecision(5));

export class Line {
  readonly #hours = new Ring(tiers.hours.length);
  readonly #day = new Ring(tiers.day.length);
  #sum = 0;
  #counted = 0;

  /** Null: it was not measured. `ends`: this value is the last one that the coarse tier takes in. */
  push(value: number | null, ends: boolean): void {
    this.#hours.push(value ?? Number.NaN);
    if (value !== null) {
      this.#sum += value;
      this.#counted += 1;
    }
    if (!ends) return;
    this.#day.push(this.#counted === 0 ? Number.NaN : this.#sum / this.#counted);
    this.#sum = 0;
    this.#counted = 0;
  }

  last(tier: TierName, count: number): (number | null)[] {
    return (tier === "hours" ? this.#hours : this.#day).last(count);
  }
}
