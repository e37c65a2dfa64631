/**
 * Costly work in turns: one piece at a time, a few wait, and what comes then is not begun at all.
 * Whoever asks for much of it at once gets a bounded part of the machine.
 */
export class Turns {
  readonly #waitingMax: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** `waitingMax`: pieces that are under way or wait. */
  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** What comes of the work; null where too many wait already. */
  take<Value>(work: () => Promise<Value>): Promise<Value> | null {
    if (this.#waiting >= this.#waitingMax) return null;
    this.#waiting += 1;
    const own = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    // One that fails is its owner's; the next one begins in any case.
    this.#last = own.catch(() => {});
    return own;
  }
}
