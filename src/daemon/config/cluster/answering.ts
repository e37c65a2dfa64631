/** A saving that the peer leads: judges what it wants to store, then stores and loads it. */
import {
  alreadyHas,
  type ConfigRefusal,
  mayNotReplace,
  noHash,
  type Preparation,
} from "../../../config/saving/saving.ts";
import {
  type Demand,
  decodeDemand,
  encodeMessage,
  type Reply,
} from "../../../control/cluster-messages.ts";
import { problemElsewhere } from "../../../keys/problem.ts";
import { isRefused, messageOf } from "../../../model/error.ts";
import type { Conversation } from "../../../system/net/cluster-channel.ts";
import type { Running } from "../running.ts";
import type { ClusterSyncParts } from "./cluster-sync-parts.ts";
import type { OwnConfig } from "./own-config.ts";
import { attempted } from "./saving-acts.ts";

export interface AnsweringParts
  extends Pick<
    ClusterSyncParts,
    "store" | "judge" | "review" | "lacks" | "possessions" | "load" | "alone" | "report"
  > {
  readonly own: OwnConfig;
  /** A message that is not understood. */
  readonly refused: (reason: string, detail: string) => void;
}

/** The answering side of one conversation. */
export class Answering implements Conversation {
  readonly #parts: AnsweringParts;
  #prepared: { readonly asked: Preparation; readonly next: Running | null } | null = null;
  /** It is this conversation that keeps other savings away. */
  #holds = false;
  /** What the peer had stored is being written or loaded: no other saving may begin meanwhile. */
  #committing = false;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
  }

  async hear(frame: Uint8Array): Promise<Uint8Array> {
    const demand = decodeDemand(frame);
    if (isRefused<string>(demand)) {
      this.#parts.refused(demand.refused, demand.detail);
      return encodeMessage({ kind: "bad", ...verdict(`not understood: ${demand.refused}`) });
    }
    const reply = await this.#reply(demand).catch(
      (thrown): Reply => ({ kind: "bad", ...verdict(messageOf(thrown)) }),
    );
    if (reply.kind === "bad") this.closed();
    return encodeMessage(reply);
  }

  /** It is over: the next saving may begin. */
  closed(): void {
    // The peer may be gone; a second writer of the same file would still be one too many.
    if (this.#committing) return;
    if (this.#holds) this.#parts.own.busy = false;
    this.#holds = false;
    this.#prepared = null;
  }

  #reply(demand: Demand): Promise<Reply> {
    if (demand.kind === "prepare") return this.#prepare(demand);
    if (demand.kind === "commit") return this.#commit(demand.hash);
    if (demand.kind === "lacks") return this.#lacks(demand.text);
    if (demand.kind === "review") return this.#review(demand.text);
    return this.#possessions();
  }

  async #possessions(): Promise<Reply> {
    return { kind: "possessions", possessions: await this.#parts.possessions() };
  }

  /** Judged for what it would change: it keeps no saving waiting. */
  async #review(text: string): Promise<Reply> {
    const reviewed = await this.#parts.review(text);
    if (!("ok" in reviewed)) return { kind: "reviewed", ...reviewed };
    return { kind: "bad", fault: reviewed.fault, problems: reviewed.problems };
  }

  /** Said of the machine alone: whether the text may be saved here is another question. */
  async #lacks(text: string): Promise<Reply> {
    const problems = await this.#parts.lacks(text);
    return problems.length === 0 ? { kind: "good" } : { kind: "bad", fault: "text", problems };
  }

  async #prepare(asked: Preparation): Promise<Reply> {
    const { own } = this.#parts;
    const why = mayNotReplace(own.present(), asked);
    if (why !== null) return { kind: "bad", ...why };
    if (alreadyHas(own.present(), asked)) {
      this.#prepared = { asked, next: null };
      return { kind: "good" };
    }
    // What the leader refuses itself is judged for its problems alone, and keeps no saving waiting.
    if (asked.hash !== noHash) {
      this.#holds = true;
      own.busy = true;
    }
    const judged = await this.#parts.judge(asked.text, { force: asked.force });
    const bad = "refusal" in judged ? judged.refusal : differing(judged.next, asked);
    if (bad !== null) return { kind: "bad", fault: bad.fault, problems: bad.problems };
    if ("next" in judged && asked.hash !== noHash) this.#prepared = { asked, next: judged.next };
    return { kind: "good" };
  }

  async #commit(hash: string): Promise<Reply> {
    const { own, store, report, alone, load } = this.#parts;
    if (this.#prepared === null || this.#prepared.asked.hash !== hash)
      return { kind: "bad", ...verdict("nothing was prepared for this") };
    const { asked, next } = this.#prepared;
    if (next === null) return { kind: "good" };
    // The conversation was over while the text was judged: another saving may be under way.
    if (!this.#holds) return { kind: "bad", ...verdict("the conversation is over") };
    // Between the two words an operator may have edited or reloaded.
    const why = mayNotReplace({ ...own.present(), busy: false }, asked);
    if (why !== null) return { kind: "bad", ...why };
    const disk = store.onDisk() ?? own.text();
    this.#committing = true;
    const done = await attempted(() => store.replace(asked.text, { ...own.mark(), text: disk }));
    if (done.kind !== "good") {
      this.#committing = false;
      return { kind: "bad", ...verdict(done.kind === "lost" ? done.why : "it was not stored") };
    }
    report({ event: "config", kind: "stored", serial: asked.serial, peer: "stored" });
    void alone(() => load(next)).finally(() => {
      this.#committing = false;
      this.closed();
    });
    return { kind: "good" };
  }
}

const verdict = (message: string, hint: string | null = null): ConfigRefusal => ({
  fault: "now",
  problems: [problemElsewhere(message, hint)],
});

/** The same text means another configuration there: its included files differ. */
const differing = (next: Running, asked: Preparation): ConfigRefusal | null =>
  next.config.hash === asked.hash || asked.hash === noHash
    ? null
    : verdict("the included files differ", "copy them to both routers first");
