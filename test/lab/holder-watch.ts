/** Who holds the VIP over time, as the routers' own kernels have it. */
import { now } from "./clock.ts";

interface Look {
  readonly at: number;
  readonly holders: readonly string[];
}

export class HolderWatch {
  /** The first look, and each that differs from the one before. */
  readonly #changes: Look[] = [];
  readonly #timer: NodeJS.Timeout;
  #until = now();

  /** Looks every `everyMs`; a look costs the guest about half a millisecond. */
  constructor(holders: () => readonly string[], everyMs: number) {
    const look = (): void => {
      const seen = holders();
      this.#until = now();
      if (seen.join() !== this.#changes.at(-1)?.holders.join())
        this.#changes.push({ at: this.#until, holders: seen });
    };
    look();
    this.#timer = setInterval(look, everyMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** How often a router took the VIP. */
  get takeovers(): number {
    return this.#changes.slice(1).reduce((sum, look, index) => {
      const before = this.#changes[index]?.holders ?? [];
      return sum + look.holders.filter((name) => !before.includes(name)).length;
    }, 0);
  }

  /** ms in which both held it, in all. */
  get doubledMs(): number {
    return this.#changes.reduce((sum, look, index) => {
      if (look.holders.length < 2) return sum;
      return sum + (this.#changes[index + 1]?.at ?? this.#until) - look.at;
    }, 0);
  }

  /** ms from `from` until the last moment at which both held it; 0 when they did not after it. */
  doubledUntil(from: number): number {
    const index = this.#changes.findLastIndex((look) => look.holders.length > 1);
    if (index < 0) return 0;
    return Math.max(0, (this.#changes[index + 1]?.at ?? this.#until) - from);
  }

  /** `0 r1, 412 r1+r2, 633 r1`: ms since `from`, for the story. */
  told(from: number): string {
    const names = (look: Look): string => look.holders.join("+") || "nobody";
    return this.#changes.map((look) => `${(look.at - from).toFixed(0)} ${names(look)}`).join(", ");
  }
}
