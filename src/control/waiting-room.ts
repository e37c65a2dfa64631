/**
 * Work that is done one piece after the other, of which only a few may wait: requests of one
 * connection, texts that keep a processor busy for seconds.
 */
export class WaitingRoom {
  readonly #placesMax: number;
  #taken = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(placesMax: number) {
    this.#placesMax = placesMax;
  }

  /** Nothing is done, and nothing waits. */
  get empty(): boolean {
    return this.#taken === 0;
  }

  /** What comes of the work, in its turn; null where the room is full. Throws what the work does. */
  async run<Result>(work: () => Promise<Result>): Promise<Result | null> {
    if (this.#taken >= this.#placesMax) return null;
    this.#taken += 1;
    const turn = this.#last.then(work);
    this.#last = turn
      .catch(() => {})
      .finally(() => {
        this.#taken -= 1;
      });
    return turn;
  }
}
