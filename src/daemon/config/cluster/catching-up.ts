/** A peer that missed what was saved here gets it: looked for every second, by what it beats. */
import { mayCatchUp } from "../../../config/saving/history.ts";
import { type Problem, shownProblems } from "../../../keys/problem.ts";
import type { ClusterSyncParts } from "./cluster-sync-parts.ts";
import type { Leading } from "./leading.ts";
import type { OwnConfig } from "./own-config.ts";

/** Looks that a refused try waits at most; each waits twice as long as the one before. */
const againAfterLooksMax = 8;

type Parts = Pick<ClusterSyncParts, "store" | "peer" | "report">;

export class CatchingUp {
  readonly #parts: Parts;
  readonly #own: OwnConfig;
  readonly #leading: Leading;
  #skipLooks = 0;
  /** Looks that the next refused try is to wait. */
  #patience = 1;
  #complained = "";

  constructor(parts: Parts, own: OwnConfig, leading: Leading) {
    this.#parts = parts;
    this.#own = own;
    this.#leading = leading;
  }

  /** Once a second. */
  async look(): Promise<void> {
    const { alive, mark } = this.#parts.peer();
    const own = this.#own.mark();
    if (this.#own.share() !== "alive" || !alive || mark === null || this.#own.busy) return;
    if (own.hash.startsWith(mark.hash) || this.#own.present().edited) return;
    if (this.#skipLooks > 0) {
      this.#skipLooks -= 1;
      return;
    }
    if (!mayCatchUp(own, mark, this.#parts.store.past())) return;
    this.#skipLooks = this.#patience;
    this.#patience = Math.min(againAfterLooksMax, this.#patience * 2);
    const result = await this.#own.exclusively(() =>
      this.#leading.push(this.#own.replaceable(), true),
    );
    if (result.ok) {
      this.#complained = "";
      this.#patience = 1;
      const text = `the peer has caught up with serial ${own.serial}`;
      this.#parts.report({ event: "config", kind: "caught-up", serial: own.serial, text });
    } else this.#complain(result.problems);
  }

  /** The same refusal, again and again, is reported once. */
  #complain(problems: readonly Problem[]): void {
    const text = shownProblems(problems).join("; ");
    if (text === this.#complained) return;
    this.#complained = text;
    this.#parts.report({ event: "config", kind: "mismatch", text });
  }
}
