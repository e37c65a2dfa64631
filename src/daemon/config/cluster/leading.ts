/**
 * A saving that this router leads: it asks the peer, stores here, has the peer store. What follows
 * what is config/saving/saving.ts.
 */
import type { PeerFacts } from "../../../advice/findings/facts.ts";
import {
  type Act,
  beginSaving,
  type ConfigRefusal,
  type Heard,
  noHash,
  type Preparation,
} from "../../../config/saving/saving.ts";
import type { Refusal, SaveReport } from "../../../control/api.ts";
import { type Demand, decodeReply, encodeMessage } from "../../../control/cluster-messages.ts";
import type { PeerReview } from "../../../control/review.ts";
import { type Problem, printProblem, shownProblems } from "../../../keys/problem.ts";
import { isRefused, MachineError, messageOf } from "../../../model/error.ts";
import { otherRole } from "../../../model/router.ts";
import { seconds } from "../../../model/time.ts";
import { waitAtMost } from "../../wait-at-most.ts";
import { carriedOut } from "../plan-report.ts";
import type { ClusterLines, Line } from "./cluster-lines.ts";
import type { ClusterSyncParts, Judged, JudgeRules } from "./cluster-sync-parts.ts";
import type { OwnConfig } from "./own-config.ts";
import { attempted, played } from "./saving-acts.ts";

/** It reads some files; a peer that takes longer has other troubles. */
const peerAnswersWithin = seconds(10);

/** An answer in time; throws otherwise. */
async function answered(asked: Promise<Uint8Array>): Promise<Uint8Array> {
  let answer: Uint8Array | null = null;
  await waitAtMost(
    asked.then((bytes) => {
      answer = bytes;
    }),
    peerAnswersWithin,
  );
  if (answer === null) throw new MachineError(`it did not answer within ${peerAnswersWithin} ms`);
  return answer;
}

type Parts = Pick<ClusterSyncParts, "store" | "running" | "load" | "report">;

export class Leading {
  readonly #parts: Parts;
  readonly #own: OwnConfig;
  readonly #lines: ClusterLines;

  constructor(parts: Parts, own: OwnConfig, lines: ClusterLines) {
    this.#parts = parts;
    this.#own = own;
    this.#lines = lines;
  }

  /** Leads one to its end: the pure step says what follows, this does it. */
  async save(
    text: string,
    judged: Judged,
    rules: JudgeRules,
    before: string,
  ): Promise<SaveReport | Refusal> {
    const refusal = "refusal" in judged ? judged.refusal : null;
    const mark = this.#own.mark();
    const unread = { serial: mark.serial + 1, hash: noHash };
    const { serial, hash } = "next" in judged ? judged.next.config : unread;
    const replaces = this.#own.replaceable();
    const asked: Preparation = { ...rules, text, serial, hash, replaces };
    const replaced = { ...mark, text: before };
    const line = this.#lines.lead(this.#parts.running());
    const perform = async (act: Act): Promise<Heard> => {
      if (act.kind === "ask") return this.#said(line, { kind: "prepare", ...asked }, refusal);
      if (act.kind === "commit") return this.#said(line, { kind: "commit", hash }, null);
      const files = () =>
        act.kind === "store"
          ? this.#parts.store.replace(text, replaced)
          : this.#parts.store.restore(replaced);
      return attempted(files);
    };
    try {
      const outcome = await played(beginSaving(refusal, this.#own.share()), perform);
      if (outcome.kind === "refused") return this.#refuse(outcome);
      if ("refusal" in judged) return judged.refusal;
      const { peer } = outcome;
      this.#parts.report({ event: "config", kind: "stored", serial, peer });
      const refused = await this.#parts.load(judged.next);
      return { ...carriedOut(judged.plan, refused), serial, hash, peer };
    } finally {
      line.close();
    }
  }

  /** The same without storing anything here: what is loaded is what the peer is to have. */
  async push(replaces: readonly string[] | null, force: boolean): Promise<SaveReport | Refusal> {
    const { serial, hash } = this.#own.mark();
    const asked: Preparation = { text: this.#own.text(), serial, hash, replaces, force };
    const line = this.#lines.lead(this.#parts.running());
    try {
      const outcome = await played(beginSaving(null, "alive"), async (act): Promise<Heard> => {
        if (act.kind === "ask") return this.#said(line, { kind: "prepare", ...asked }, null);
        if (act.kind === "commit") return this.#said(line, { kind: "commit", hash }, null);
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

  /** What the peer would do with a text. */
  async review(text: string): Promise<PeerReview> {
    const line = this.#lines.lead(this.#parts.running());
    try {
      const reply = decodeReply(await line.say(encodeMessage({ kind: "review", text })));
      if (isRefused<string>(reply)) return { kind: "unknown", why: reply.refused };
      if (reply.kind === "bad") return { kind: "refused", problems: reply.problems };
      if (reply.kind !== "reviewed") return { kind: "unknown", why: "it answers another question" };
      return { ...reply, kind: "planned" };
    } catch (thrown) {
      return { kind: "unknown", why: messageOf(thrown) };
    } finally {
      line.close();
    }
  }

  /** What the peer's machine lacks for a text; empty also where it gives no answer to that. */
  async lacks(text: string): Promise<readonly Problem[]> {
    const line = this.#lines.lead(this.#parts.running());
    try {
      const heard = await this.#said(line, { kind: "lacks", text }, null);
      // A peer of an older version complains of the question, now, and not of the text.
      return heard.kind === "bad" && heard.fault === "text" ? heard.problems : [];
    } finally {
      line.close();
    }
  }

  /** What the peer has. Throws where it does not say. */
  async possessions(): Promise<PeerFacts> {
    const line = this.#lines.lead(this.#parts.running());
    const sent = Date.now();
    try {
      const asked = line.say(encodeMessage({ kind: "possessions" }));
      const reply = decodeReply(await answered(asked));
      if (isRefused<string>(reply)) throw new MachineError(`its answer is ${reply.refused}`);
      if (reply.kind === "bad") throw new MachineError(shownProblems(reply.problems).join("; "));
      if (reply.kind !== "possessions") throw new MachineError("it answers another question");
      return { has: reply.possessions, askedAt: (sent + Date.now()) / 2 };
    } finally {
      line.close();
    }
  }

  /** One question to the peer; what this router complains of itself is not repeated. */
  async #said(line: Line, demand: Demand, own: ConfigRefusal | null): Promise<Heard> {
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
    if (reply.kind !== "bad") return { kind: "lost", why: "it answers another question" };
    const role = this.#parts.running()?.role;
    const there = role === undefined ? "the peer" : `the ${otherRole(role)}`;
    const ours = new Set(own?.problems.map(printProblem));
    const problems = reply.problems
      .filter((problem) => !ours.has(printProblem(problem)))
      .map((problem) => ({ ...problem, message: `on ${there}: ${problem.message}` }));
    return { kind: "bad", fault: reply.fault, problems };
  }

  #refuse({ fault, problems }: ConfigRefusal): Refusal {
    const shown = shownProblems(problems);
    this.#parts.report({ event: "config", kind: "refused", problems: shown });
    return { ok: false, fault, problems };
  }
}
