/**
 * What doctor found last, for all browsers: one examination at a time, whose result stays until the
 * next one. It may take most of a minute, for which no page waits.
 */
import type { FindingsReport } from "../../control/api.ts";
import type { ControlClient } from "../../control/client.ts";
import { messageOf } from "../../model/error.ts";

export interface ExaminationState {
  /** What was found last; null: nothing was asked yet. */
  readonly report: FindingsReport | null;
  /** Why the last one failed; null: it did not. */
  readonly failed: string | null;
  readonly running: boolean;
}

export class Examination {
  readonly #client: Pick<ControlClient, "findings">;
  #state: ExaminationState = { report: null, failed: null, running: false };
  #under: Promise<void> | null = null;

  constructor(client: Pick<ControlClient, "findings">) {
    this.#client = client;
  }

  get state(): ExaminationState {
    return this.#state;
  }

  /** Begins one unless one is under way; resolves with the end of it. Never rejects. */
  begin(): Promise<void> {
    this.#under ??= this.#examine().finally(() => {
      this.#under = null;
    });
    return this.#under;
  }

  async #examine(): Promise<void> {
    this.#state = { ...this.#state, running: true };
    try {
      const report = await this.#client.findings();
      this.#state = { report, failed: null, running: false };
    } catch (thrown) {
      this.#state = { ...this.#state, failed: messageOf(thrown), running: false };
    }
  }
}
