/**
 * One configuration on two routers: saves on both or on none, answers the peer that saves, and
 * gives a peer that was away what it missed. What follows what is config/saving/saving.ts; the bytes are
 * system/net/cluster-channel.ts.
 *
 * Invariant: one saving at a time on a router, its own or the peer's.
 */
import { type ConfigMark, mayCatchUp } from "../../config/saving/history.ts";
import {
  type Act,
  alreadyHas,
  beginSaving,
  type Heard,
  mayNotReplace,
  noHash,
  type PeerShare,
  type Preparation,
  type Present,
  type Saving,
  type Verdict,
} from "../../config/saving/saving.ts";
import type { PlanReport, Refusal, RefusedPart, SaveReport } from "../../control/api.ts";
import {
  type Demand,
  decodeDemand,
  decodeReply,
  encodeMessage,
  type Reply,
} from "../../control/cluster-messages.ts";
import { WaitingRoom } from "../../control/waiting-room.ts";
import { type Problem, printProblem, problemElsewhere, toldProblems } from "../../keys/problem.ts";
import { configBytesMax, tooLarge } from "../../keys/source.ts";
import { isRefused, messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { otherRole } from "../../model/router.ts";
import type { Conversation } from "../../system/net/cluster-channel.ts";
import { refusedNow, refusedText } from "../refused.ts";
import { ClusterLines, type Line, type PeerBelief, shares } from "./cluster-lines.ts";
import type { ConfigStore } from "./config-store.ts";
import { raisedSerial } from "./config-thread.ts";
import { carriedOut } from "./plan-report.ts";
import type { Running, Written } from "./running.ts";
import { attempted, played } from "./saving-acts.ts";

export interface ClusterSyncParts {
  readonly store: ConfigStore;
  /** What is loaded, whether or not it serves. */
  readonly written: () => Written;
  readonly running: () => Running | null;
  /** What the text would be on this machine, guard and bounds judged too. */
  readonly judge: (text: string, rules: JudgeRules) => Promise<Judged>;
  readonly load: (next: Running) => Promise<readonly RefusedPart[]>;
  /** The peer as the heartbeat has it. */
  readonly peer: () => PeerBelief;
  /** Runs alone among reloads and savings. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly report: (event: EventBody) => void;
}

export interface JudgeRules {
  /** Passes the guard against removing many real servers. */
  readonly force: boolean;
}

export type Judged =
  | { readonly next: Running; readonly plan: PlanReport }
  | { readonly refusal: Refusal };

/** How often a peer that missed something is looked for; each refused try waits twice as long. */
const lookEveryMs = 1000;
const againAfterLooksMax = 8;

/** Texts that are judged or wait for it: each may be 4 MiB, and take a judge's deadline. */
const judgedAsideMax = 4;

export class ClusterSync {
  readonly #parts: ClusterSyncParts;
  readonly #lines: ClusterLines;
  readonly #looking: NodeJS.Timeout;
  #busy = false;
  readonly #judging = new WaitingRoom(judgedAsideMax);
  #skipLooks = 0;
  /** Looks that the next refused try is to wait. */
  #patience = 1;
  #complained = "";

  constructor(parts: ClusterSyncParts) {
    this.#parts = parts;
    const { report } = parts;
    const converse = (): Conversation => this.#converse();
    this.#lines = new ClusterLines({ report, converse });
    this.#looking = setInterval(() => void this.#look(), lookEveryMs).unref();
  }

  /** The peer can reach us, on every path. */
  get listening(): boolean {
    return this.#lines.listening;
  }

  /** What is saved now goes to the peer as well, or nowhere. */
  get shared(): boolean {
    return this.#share() === "alive";
  }

  /** Refused connections and messages by reason. */
  get refused(): Readonly<Record<string, number>> {
    return this.#lines.refused;
  }

  /** Stores `text` with its serial raised, here and on the peer, and loads it. */
  async save(text: string, rules: JudgeRules): Promise<SaveReport | Refusal> {
    if (text.length > configBytesMax)
      return { ok: false, fault: "text", problems: [tooLarge(this.#path)] };
    if (this.#busy) return refusedNow(savingAlready, "try again");
    if (this.#present().edited)
      return refusedNow(`${this.#path} was edited and is not loaded`, reloadFirst);
    // Judged before it keeps any saving or reload waiting: a hostile text may take seconds. Places
    // are those of the text that the operator sees, so that one is judged, without its new serial.
    const refused = await this.#judging.run(() => this.#refusal(text, rules));
    if (refused === null) return refusedNow("other texts are being judged already", "try again");
    if (refused !== "fit") return refused;
    return this.#exclusively(async () => {
      if (this.#present().edited)
        return refusedNow(`${this.#path} was edited and is not loaded`, reloadFirst);
      const { config } = this.#parts.written();
      const known = [config.serial, this.#parts.peer().mark?.serial ?? 0];
      const raised = await raisedSerial(this.#path, text, Math.max(...known) + 1);
      if (raised === null)
        return refusedText(this.#path, "serial: it cannot be raised in this text");
      const final = await this.#parts.judge(raised, rules);
      return this.#lead(raised, final, rules, this.#parts.store.onDisk() ?? "");
    });
  }

  /** Gives the peer what is loaded here, whatever it has. */
  sync(force: boolean): Promise<SaveReport | Refusal> {
    return this.#exclusively(async () => {
      if (this.#present().edited)
        return refusedNow(`${this.#path} was edited and is not loaded`, reloadFirst);
      if (this.#share() === "none")
        return refusedNow("there is nobody to give it to", "no backup, or cluster_sync: false");
      if (this.#share() === "away")
        return refusedNow("the peer is dead", "try again when it is back");
      return this.#push(null, force);
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#lines.close();
  }

  get #path(): string {
    return this.#parts.written().config.path;
  }

  /** Why a text is refused, by this router and by the peer, of which nothing is stored. */
  async #refusal(text: string, rules: JudgeRules): Promise<SaveReport | Refusal | "fit"> {
    try {
      const judged = await this.#parts.judge(text, rules);
      return "refusal" in judged ? await this.#lead(text, judged, rules, "") : "fit";
    } catch (thrown) {
      return refusedNow(messageOf(thrown));
    }
  }

  async #exclusively(work: () => Promise<SaveReport | Refusal>): Promise<SaveReport | Refusal> {
    if (this.#busy) return refusedNow(savingAlready, "try again");
    this.#busy = true;
    try {
      return await this.#parts.alone(work);
    } catch (thrown) {
      return refusedNow(messageOf(thrown));
    } finally {
      this.#busy = false;
    }
  }

  /** Leads a saving to its end: the pure step says what follows, this does it. */
  async #lead(
    text: string,
    judged: Judged,
    rules: JudgeRules,
    before: string,
  ): Promise<SaveReport | Refusal> {
    const share = this.#share();
    const own = "refusal" in judged ? judged.refusal : null;
    const mark = this.#mark();
    const unread = { serial: mark.serial + 1, hash: noHash };
    const { serial, hash } = "next" in judged ? judged.next.config : unread;
    const replaces = this.#replaceable(mark.hash);
    const asked: Preparation = { ...rules, text, serial, hash, replaces };
    const replaced = { ...mark, text: before };
    const line = this.#lines.lead(this.#parts.running());
    const perform = async (act: Act): Promise<Heard> => {
      if (act.kind === "ask") return this.#said(line, { kind: "prepare", ...asked }, own);
      if (act.kind === "tell") return this.#said(line, { kind: "commit", hash }, null);
      const files = () =>
        act.kind === "store"
          ? this.#parts.store.replace(text, replaced)
          : this.#parts.store.restore(replaced);
      return attempted(files);
    };
    try {
      const outcome = await played(beginSaving(own, share), perform);
      if (outcome.kind === "refused") return this.#refuse(outcome);
      if ("refusal" in judged) return judged.refusal;
      this.#report("stored", outcome.peer, serial);
      const refused = await this.#parts.load(judged.next);
      return { ...carriedOut(judged.plan, refused), serial, hash, peer: outcome.peer };
    } finally {
      line.close();
    }
  }

  /** The same without storing anything here: what is loaded is what the peer is to have. */
  async #push(replaces: readonly string[] | null, force: boolean): Promise<SaveReport | Refusal> {
    const { config, files } = this.#parts.written();
    const { serial, hash } = config;
    const text = files[0]?.text ?? "";
    const asked: Preparation = { text, serial, hash, replaces, force };
    const line = this.#lines.lead(this.#parts.running());
    try {
      const outcome = await played(beginSaving(null, "alive"), async (act): Promise<Heard> => {
        if (act.kind === "ask") return this.#said(line, { kind: "prepare", ...asked }, null);
        if (act.kind === "tell") return this.#said(line, { kind: "commit", hash }, null);
        return { kind: "good" };
      });
      if (outcome.kind === "refused")
        return { ok: false, fault: outcome.fault, problems: outcome.problems };
      const nothing = { changes: [], settings: [], unchanged_services: 0, refused: [] };
      return { ok: true, ...nothing, serial, hash, peer: outcome.peer };
    } finally {
      line.close();
    }
  }

  /** Looks after the listeners, and for a peer that missed what was saved here. */
  async #look(): Promise<void> {
    await this.#lines.listen(this.#parts.running());
    const { alive, mark } = this.#parts.peer();
    const store = this.#parts.store;
    const own = this.#mark();
    if (this.#share() !== "alive" || !alive || mark === null || this.#busy) return;
    if (own.hash.startsWith(mark.hash) || this.#present().edited) return;
    if (this.#skipLooks > 0) {
      this.#skipLooks -= 1;
      return;
    }
    if (!mayCatchUp(own, mark, store.past())) return;
    this.#skipLooks = this.#patience;
    this.#patience = Math.min(againAfterLooksMax, this.#patience * 2);
    const result = await this.#exclusively(() => this.#push(this.#replaceable(own.hash), true));
    if (result.ok) {
      this.#complained = "";
      this.#patience = 1;
      const text = `the peer has caught up with serial ${own.serial}`;
      this.#parts.report({ event: "config", kind: "caught-up", serial: own.serial, text });
    } else this.#complain(result.problems);
  }

  /** The same refusal, again and again, is told once. */
  #complain(problems: readonly Problem[]): void {
    const text = toldProblems(problems).join("; ");
    if (text === this.#complained) return;
    this.#complained = text;
    this.#parts.report({ event: "config", kind: "mismatch", text });
  }

  /** The answering side of one saving that the peer leads. */
  #converse(): Conversation {
    let prepared: { readonly asked: Preparation; readonly next: Running | null } | null = null;
    let holds = false;
    const release = (): void => {
      if (holds) this.#busy = false;
      holds = false;
      prepared = null;
    };
    const prepare = async (asked: Preparation): Promise<Reply> => {
      const why = mayNotReplace(this.#present(), asked);
      if (why !== null) return { kind: "bad", ...why };
      if (alreadyHas(this.#present(), asked)) {
        prepared = { asked, next: null };
        return { kind: "good" };
      }
      // What the leader refuses itself is judged for its problems alone, and keeps no saving waiting.
      if (asked.hash !== noHash) [holds, this.#busy] = [true, true];
      const judged = await this.#parts.judge(asked.text, { force: asked.force });
      const bad = "refusal" in judged ? judged.refusal : differing(judged.next, asked);
      if (bad !== null) return { kind: "bad", fault: bad.fault, problems: bad.problems };
      if ("next" in judged && asked.hash !== noHash) prepared = { asked, next: judged.next };
      return { kind: "good" };
    };
    const commit = async (hash: string): Promise<Reply> => {
      if (prepared === null || prepared.asked.hash !== hash)
        return { kind: "bad", ...verdict("nothing was prepared for this") };
      const { asked, next } = prepared;
      if (next === null) return { kind: "good" };
      // Between the two words an operator may have edited or reloaded.
      const why = mayNotReplace({ ...this.#present(), busy: false }, asked);
      if (why !== null) return { kind: "bad", ...why };
      const before = this.#parts.written().files[0]?.text ?? "";
      const disk = this.#parts.store.onDisk() ?? before;
      const done = await attempted(() =>
        this.#parts.store.replace(asked.text, { ...this.#mark(), text: disk }),
      );
      if (done.kind !== "good")
        return { kind: "bad", ...verdict(done.kind === "lost" ? done.why : "it was not stored") };
      this.#report("stored", "stored", asked.serial);
      void this.#parts.alone(() => this.#parts.load(next)).finally(release);
      return { kind: "good" };
    };
    return {
      hear: async (frame) => {
        const demand = decodeDemand(frame);
        if (isRefused<string>(demand)) {
          this.#lines.count(demand.refused, demand.detail);
          return encodeMessage({ kind: "bad", ...verdict(`not understood: ${demand.refused}`) });
        }
        const reply = await (demand.kind === "prepare"
          ? prepare(demand)
          : commit(demand.hash)
        ).catch((thrown): Reply => ({ kind: "bad", ...verdict(messageOf(thrown)) }));
        if (reply.kind === "bad") release();
        return encodeMessage(reply);
      },
      closed: release,
    };
  }

  /** One question to the peer; what we complain of ourselves is not said twice. */
  async #said(line: Line, demand: Demand, own: Verdict | null): Promise<Heard> {
    let reply: ReturnType<typeof decodeReply>;
    try {
      reply = decodeReply(await line.say(encodeMessage(demand)));
    } catch (thrown) {
      return { kind: "lost", why: messageOf(thrown) };
    }
    if (isRefused<string>(reply)) {
      this.#lines.count(reply.refused, reply.detail);
      return { kind: "lost", why: `its answer is not understood: ${reply.refused}` };
    }
    if (reply.kind === "good") return reply;
    const role = this.#parts.running()?.role;
    const there = role === undefined ? "the peer" : `the ${otherRole(role)}`;
    const ours = new Set(own?.problems.map(printProblem));
    const problems = reply.problems
      .filter((problem) => !ours.has(printProblem(problem)))
      .map((problem) => ({ ...problem, message: `on ${there}: ${problem.message}` }));
    return { kind: "bad", fault: reply.fault, problems };
  }

  #mark(): ConfigMark {
    const { serial, hash } = this.#parts.written().config;
    return { serial, hash };
  }

  #present(): Present {
    const loaded = this.#parts.written().files[0]?.text;
    return { ...this.#mark(), edited: this.#parts.store.onDisk() !== loaded, busy: this.#busy };
  }

  #share(): Saving["peer"] {
    const running = this.#parts.running();
    if (running === null || !shares(running)) return "none";
    return this.#parts.peer().alive ? "alive" : "away";
  }

  /** Hashes that the peer may have without anybody's hand in it. */
  #replaceable(hash: string): readonly string[] {
    return [hash, ...this.#parts.store.past().map((past) => past.hash)];
  }

  #report(kind: "stored", peer: PeerShare, serial: number): void {
    this.#parts.report({ event: "config", kind, serial, peer });
  }

  #refuse({ fault, problems }: Verdict): Refusal {
    const told = toldProblems(problems);
    this.#parts.report({ event: "config", kind: "refused", problems: told });
    return { ok: false, fault, problems };
  }
}

const verdict = (message: string, hint: string | null = null): Verdict => ({
  fault: "now",
  problems: [problemElsewhere(message, hint)],
});

/** The same text means another configuration there: its included files differ. */
const differing = (next: Running, asked: Preparation): Verdict | null =>
  next.config.hash === asked.hash || asked.hash === noHash
    ? null
    : verdict("the included files differ", "copy them to both routers first");

const savingAlready = "a configuration is being saved already";

const reloadFirst = "lvsd reload, or put the loaded text back";
