/** The first round of checks: whoever waits for it hears when every check was tried once. */
import type { Probe } from "./probe.ts";

export class FirstRound {
  readonly #counts: () => boolean;
  readonly #probes: () => Iterable<Probe>;
  #waiters: (() => void)[] = [];

  /** `counts`: whether anything is checked here at all. */
  constructor(counts: () => boolean, probes: () => Iterable<Probe>) {
    this.#counts = counts;
    this.#probes = probes;
  }

  /** Resolves once every check has been tried, or when nothing is checked here. */
  over(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.look();
    });
  }

  /** It may be over now. */
  look(): void {
    if (this.#waiters.length === 0) return;
    if (this.#counts() && [...this.#probes()].some((probe) => !probe.known)) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
