/** Work that says after each time how long to wait for the next; one time never meets another. */
import type { Ms } from "../../model/time.ts";

export class Repeated {
  readonly #work: () => Promise<Ms>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `work` never rejects. */
  constructor(work: () => Promise<Ms>) {
    this.#work = work;
  }

  /** Does it for the first time in so long. */
  start(wait: Ms): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#work().then((next) => this.start(next)), wait);
  }

  /** Begins with it no more; what is under way ends by itself. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  get stopped(): boolean {
    return this.#stopped;
  }
}
