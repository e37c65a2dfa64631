/** The first round of checks: whoever waits for it hears when every check was tried once. */
import type { Probe } from "./probe.ts";

export class FirstRound {
  readonly #counts: () => boolean;
  readonly #probes: () => Iterable<Probe>;
  #waiters: (() => void)[] = [];
  /** A check that had not been tried: while that is so, no other one needs to be looked at. */
  #awaited: Probe | null = null;
  /** Goes on behind it. */
  #rest: Iterator<Probe> | null = null;

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
    if (this.#counts() && this.#isAwaited()) return;
    this.#awaited = null;
    this.#rest = null;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Each check is looked at once or twice in a round, however often this is asked. */
  #isAwaited(): boolean {
    const { nannies, known } = this.#awaited ?? { nannies: null, known: true };
    if (!known && nannies !== null && nannies.size > 0) return true;
    if (this.#rest !== null && this.#findAwaited(this.#rest)) return true;
    // Those before it may have begun again.
    this.#rest = this.#probes()[Symbol.iterator]();
    return this.#findAwaited(this.#rest);
  }

  #findAwaited(rest: Iterator<Probe>): boolean {
    for (let next = rest.next(); next.done !== true; next = rest.next())
      if (!next.value.known) {
        this.#awaited = next.value;
        return true;
      }
    return false;
  }
}
