/**
 * One configuration on two routers: saves on both or on none (leading.ts), answers the peer that
 * saves (answering.ts), and gives a peer that was away what it missed (catching-up.ts). The bytes
 * are system/net/cluster-channel.ts.
 *
 * Invariant: one saving at a time on a router, its own or the peer's (own-config.ts).
 */
import type { PeerFacts } from "../../../advice/findings/facts.ts";
import { isPiranha } from "../../../config/import/piranha/recognise.ts";
import type { Refusal, SaveReport } from "../../../control/api.ts";
import type { PeerReview, ReviewReport } from "../../../control/review.ts";
import { WaitingRoom } from "../../../control/waiting-room.ts";
import type { Problem } from "../../../keys/problem.ts";
import { configBytesMax, tooLarge } from "../../../keys/source.ts";
import { messageOf } from "../../../model/error.ts";
import { seconds } from "../../../model/time.ts";
import { refusedNow, refusedText } from "../../refused.ts";
import { waitAtMost } from "../../wait-at-most.ts";
import { raisedSerial } from "../config-thread.ts";
import { Answering } from "./answering.ts";
import { CatchingUp } from "./catching-up.ts";
import { ClusterLines } from "./cluster-lines.ts";
import type { ClusterSyncParts, JudgeRules } from "./cluster-sync-parts.ts";
import { Leading } from "./leading.ts";
import { OwnConfig, savingAlready } from "./own-config.ts";

/** How often a peer that missed something is looked for. */
const lookEveryMs = 1000;

/** The peer reads its files for each answer. */
const peerFactsKeptMs = 10_000;

/** Texts that are judged or wait for it: each may be 4 MiB, and take a judge's deadline. */
const judgedAsideMax = 4;

/** A reload does not wait longer for what the peer says of it. */
const peerAnswersWithin = seconds(5);

export class ClusterSync {
  readonly #parts: ClusterSyncParts;
  readonly #lines: ClusterLines;
  readonly #own: OwnConfig;
  readonly #leading: Leading;
  readonly #catchingUp: CatchingUp;
  readonly #looking: NodeJS.Timeout;
  /** What the peer was asked for last: whoever asks soon after gets the same. */
  #asked: { readonly facts: Promise<PeerFacts>; readonly until: number } | null = null;
  readonly #judging = new WaitingRoom(judgedAsideMax);

  constructor(parts: ClusterSyncParts) {
    this.#parts = parts;
    this.#own = new OwnConfig(parts);
    const refused = (reason: string, detail: string): void => this.#lines.count(reason, detail);
    this.#lines = new ClusterLines({
      report: parts.report,
      converse: () => new Answering({ ...parts, own: this.#own, refused }),
    });
    this.#leading = new Leading(parts, this.#own, this.#lines);
    this.#catchingUp = new CatchingUp(parts, this.#own, this.#leading);
    this.#looking = setInterval(() => void this.#look(), lookEveryMs).unref();
  }

  /** The peer can reach us, on every path. */
  get listening(): boolean {
    return this.#lines.listening;
  }

  /** What is saved now goes to the peer as well, or nowhere. */
  get shared(): boolean {
    return this.#own.share() === "alive";
  }

  /** Refused connections and messages by reason. */
  get refused(): Readonly<Record<string, number>> {
    return this.#lines.refused;
  }

  /** Stores `text` with its serial raised, here and on the peer, and loads it. */
  async save(
    text: string,
    rules: JudgeRules,
    onto: string | null = null,
  ): Promise<SaveReport | Refusal> {
    const { path } = this.#own;
    if (text.length > configBytesMax)
      return { ok: false, fault: "text", problems: [tooLarge(path)] };
    if (this.#own.busy) return savingAlready();
    const unloaded = this.#own.unloaded();
    if (unloaded !== null) return unloaded;
    // Judged before it keeps any saving or reload waiting: a hostile text may take seconds. Places
    // are those of the text that the operator sees, so that one is judged, without its new serial.
    const refused = await this.#judging.run(() => this.#refusal(text, rules));
    if (refused === null) return refusedNow("other texts are being judged already", "try again");
    return refused === "fit" ? this.#own.exclusively(() => this.#save(text, rules, onto)) : refused;
  }

  async #save(text: string, rules: JudgeRules, onto: string | null): Promise<SaveReport | Refusal> {
    const unloaded = this.#own.unloaded();
    if (unloaded !== null) return unloaded;
    const { serial, hash } = this.#own.mark();
    if (onto !== null && onto !== hash) {
      const message = `serial ${serial} was loaded meanwhile; this text was made on another one`;
      return refusedNow(message, "bring the two together first");
    }
    const { path } = this.#own;
    const known = [this.#own.mark().serial, this.#parts.peer().mark?.serial ?? 0];
    const raised = await raisedSerial(path, text, Math.max(...known) + 1);
    if (raised === null) return refusedText(path, "serial: it cannot be raised in this text");
    const final = await this.#parts.judge(raised, rules);
    const replaced = this.#parts.store.onDisk() ?? "";
    const saved = await this.#leading.save(raised, final, rules, replaced);
    const isConverted = isPiranha(text) || isPiranha(replaced);
    return saved.ok && isConverted ? { ...saved, converted: true } : saved;
  }

  /** What the text would change here and on the peer; nothing is stored. */
  async review(text: string): Promise<ReviewReport | Refusal> {
    if (text.length > configBytesMax)
      return { ok: false, fault: "text", problems: [tooLarge(this.#own.path)] };
    const unloaded = this.#own.unloaded();
    if (unloaded !== null) return unloaded;
    const own = await this.#judging.run(() => this.#parts.review(text));
    if (own === null) return refusedNow("other texts are being judged already", "try again");
    if ("ok" in own) return own;
    const share = this.#own.share();
    const peer: PeerReview =
      share === "alive"
        ? await this.#leading.review(text)
        : { kind: share === "away" ? "away" : "none" };
    return { ...own.plan, objections: own.objections, peer };
  }

  /**
   * What the peer's machine lacks for a text that is to be loaded here, for the other router gets
   * it next. Empty where no peer shares it, or answers in time.
   */
  async lackedByPeer(text: string): Promise<readonly Problem[]> {
    if (this.#own.share() !== "alive" || text.length > configBytesMax) return [];
    let problems: readonly Problem[] = [];
    const asked = this.#leading.lacks(text).then((found) => {
      problems = found;
    });
    await waitAtMost(asked, peerAnswersWithin);
    return problems;
  }

  /** What the peer has, or why that is not known. Never throws. */
  async peerFacts(): Promise<PeerFacts | string> {
    const share = this.#own.share();
    if (share === "none") return "it cannot be asked: no backup, no key, or cluster_sync: false";
    if (share === "away") return "the peer is dead";
    const now = performance.now();
    if (this.#asked === null || now >= this.#asked.until)
      this.#asked = { facts: this.#leading.possessions(), until: now + peerFactsKeptMs };
    try {
      return await this.#asked.facts;
    } catch (thrown) {
      this.#asked = null;
      return messageOf(thrown);
    }
  }

  /** Gives the peer what is loaded here, whatever it has. */
  sync(force: boolean): Promise<SaveReport | Refusal> {
    return this.#own.exclusively(async () => {
      const unloaded = this.#own.unloaded();
      if (unloaded !== null) return unloaded;
      if (this.#own.share() === "none")
        return refusedNow(
          "there is no peer to give it to",
          "no backup, authentication: none, or cluster_sync: false",
        );
      if (this.#own.share() === "away")
        return refusedNow("the peer is dead", "try again when it is back");
      return this.#leading.push(null, force);
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#lines.close();
  }

  /** Why a text is refused, by this router and by the peer, of which nothing is stored. */
  async #refusal(text: string, rules: JudgeRules): Promise<SaveReport | Refusal | "fit"> {
    try {
      const judged = await this.#parts.judge(text, rules);
      return "refusal" in judged ? await this.#leading.save(text, judged, rules, "") : "fit";
    } catch (thrown) {
      return refusedNow(messageOf(thrown));
    }
  }

  /** Looks after the listeners, and for a peer that missed what was saved here. */
  async #look(): Promise<void> {
    await this.#lines.listen(this.#parts.running());
    await this.#catchingUp.look();
  }
}
