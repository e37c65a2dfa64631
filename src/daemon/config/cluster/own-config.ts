/**
 * This router's configuration as a saving sees it: what is loaded, whether the file was edited,
 * which router shares it. One saving at a time on a router, its own or the peer's.
 */
import type { ConfigMark } from "../../../config/saving/history.ts";
import type { Present, Saving } from "../../../config/saving/saving.ts";
import type { Refusal, SaveReport } from "../../../control/api.ts";
import { messageOf } from "../../../model/error.ts";
import { refusedNow } from "../../refused.ts";
import { shares } from "./cluster-lines.ts";
import type { ClusterSyncParts } from "./cluster-sync-parts.ts";

type Parts = Pick<ClusterSyncParts, "store" | "written" | "running" | "peer" | "alone">;

export class OwnConfig {
  readonly #parts: Parts;
  /** A saving is under way; whoever begins one sets it until its end. */
  busy = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get path(): string {
    return this.#parts.written().config.path;
  }

  mark(): ConfigMark {
    const { serial, hash } = this.#parts.written().config;
    return { serial, hash };
  }

  /** The main file as it was loaded. */
  text(): string {
    return this.#parts.written().files[0]?.text ?? "";
  }

  present(): Present {
    const loaded = this.#parts.written().files[0]?.text;
    return { ...this.mark(), edited: this.#parts.store.onDisk() !== loaded, busy: this.busy };
  }

  /** Why nothing can be saved over the file now; null: it can. */
  unloaded(): Refusal | null {
    if (!this.present().edited) return null;
    const wayOut = "lvsd reload, or put the loaded text back";
    return refusedNow(`${this.path} was edited and is not loaded`, wayOut);
  }

  share(): Saving["peer"] {
    const running = this.#parts.running();
    if (running === null || !shares(running)) return "none";
    return this.#parts.peer().alive ? "alive" : "away";
  }

  /** Hashes that the peer may have without anybody's hand in it. */
  replaceable(): readonly string[] {
    return [this.mark().hash, ...this.#parts.store.past().map((past) => past.hash)];
  }

  async exclusively(work: () => Promise<SaveReport | Refusal>): Promise<SaveReport | Refusal> {
    if (this.busy) return savingAlready();
    this.busy = true;
    try {
      return await this.#parts.alone(work);
    } catch (thrown) {
      return refusedNow(messageOf(thrown));
    } finally {
      this.busy = false;
    }
  }
}

export const savingAlready = (): Refusal =>
  refusedNow("a configuration is being saved already", "try again");
