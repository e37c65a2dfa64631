/**
 * Requests of operators that the failover machine answers in its own time, distinguished by number.
 */
export class Requests {
  #last = 0;
  readonly #open = new Map<number, (why: string | null) => void>();

  /** Hands `put` a new number; what is answered to it: why not, or null. */
  ask(put: (request: number) => void): Promise<string | null> {
    this.#last += 1;
    const request = this.#last;
    return new Promise((resolve) => {
      this.#open.set(request, resolve);
      put(request);
    });
  }

  answer(request: number, why: string | null): void {
    this.#open.get(request)?.(why);
    this.#open.delete(request);
  }
}
