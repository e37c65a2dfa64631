/** Counts pieces of work that are under way, and reports when none is. */
export class UnderWay {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  get any(): boolean {
    return this.#count > 0;
  }

  /** Does the work; it is under way until its promise is settled. Throws what it throws. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
      if (!this.any) this.#notify();
    }
  }

  /** Resolves when nothing is under way, at once where that is so now. */
  async none(): Promise<void> {
    if (this.any) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #notify(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
