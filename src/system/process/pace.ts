/** Long work in short pieces, so that others have their turn. */
import { setTimeout as sleep } from "node:timers/promises";
import { between, type Instant, type Ms } from "../../model/time.ts";
import { now } from "./clock.ts";

export interface Rhythm {
  /** For how long to work in one go. */
  readonly slice: Ms;
  /**
   * For how long to do nothing then. lvsd runs before all others of its machine: while it works on
   * a machine of one processor, not even the kernel's own threads pass packets on.
   */
  readonly rest: Ms;
}

export class Pace {
  readonly #rhythm: Rhythm;
  #since = now();

  constructor(rhythm: Rhythm) {
    this.#rhythm = rhythm;
  }

  /** Whether it is time to rest. `at`: the present, where it has just been asked for. */
  isDue(at: Instant = now()): boolean {
    return between(this.#since, at) > this.#rhythm.slice;
  }

  async rest(): Promise<void> {
    await sleep(this.#rhythm.rest);
    this.#since = now();
  }
}
