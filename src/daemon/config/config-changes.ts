/**
 * The configuration while the daemon runs: what is loaded, what a change would be, the changes
 * themselves, one at a time, and those that were replaced. How two routers share one is cluster/.
 */
import { createHash } from "node:crypto";
import PQueue from "p-queue";
import type { PeerFacts } from "../../advice/findings/facts.ts";
import type { Possessions } from "../../advice/findings/possessions.ts";
import { hostsOf } from "../../config/servers/named-servers.ts";
import type {
  ConfigReport,
  HistoryReport,
  PlanReport,
  Refusal,
  RefusedPart,
  SaveReport,
} from "../../control/api.ts";
import type { AnswerTo, Given } from "../../control/requests.ts";
import type { Reviewed, ReviewReport } from "../../control/review.ts";
import { type Problem, shownProblems } from "../../keys/problem.ts";
import { messageOf } from "../../model/error.ts";
import type { Role } from "../../model/router.ts";
import { readPossessions } from "../../system/examination/possessions.ts";
import { takesIpv6 } from "../../system/file/sysctl.ts";
import type { Interface } from "../../system/ip/ip.ts";
import type { Doors } from "../doors.ts";
import { countUp, refusedNow } from "../refused.ts";
import type { Serving } from "../serving.ts";
import { peerBelief } from "./cluster/cluster-lines.ts";
import { ClusterSync } from "./cluster/cluster-sync.ts";
import type { Judged, JudgeRules } from "./cluster/cluster-sync-parts.ts";
import { ConfigStore } from "./config-store.ts";
import { asksForMore } from "./demands.ts";
import { lackedHere, type NextConfig, nextConfig } from "./next-config.ts";
import { partingProblems, refusedLeaving } from "./parting.ts";
import { carriedOut, planReport } from "./plan-report.ts";
import { guardProblem } from "./reload.ts";
import { loadedEvent, type Running, type Written } from "./running.ts";

export interface ConfigChangesParts {
  readonly doors: Doors;
  /** The role that the command line gives; null: none. */
  readonly role: Role | null;
  /** Null: it has not found its own address yet. */
  readonly serving: () => Serving | null;
  /** Why the file on the disk is not what is loaded, at the start; null: it is. */
  readonly error: readonly Problem[] | null;
  /** Another one is in force from now on. */
  readonly loaded: (written: Written) => void;
}

export class ConfigChanges {
  readonly #parts: ConfigChangesParts;
  readonly #path: string;
  #written: Written;
  #error: readonly Problem[] | null;
  readonly #refusedFiles = new Map<string, number>();
  /** One change at a time: reloads, savings of this router and of the peer. */
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #store: ConfigStore;
  readonly #sync: ClusterSync;

  constructor(written: Written, parts: ConfigChangesParts) {
    this.#parts = parts;
    this.#written = written;
    this.#path = written.config.path;
    this.#error = parts.error;
    const { doors, serving } = parts;
    this.#store = new ConfigStore(this.#path, doors.stateDir, doors.wallClock);
    this.#sync = new ClusterSync({
      store: this.#store,
      written: () => this.#written,
      running: () => serving()?.running ?? null,
      judge: (text, rules) => this.#judge(text, rules),
      review: (text) => this.#review(text),
      lacks: (text) => lackedHere(this.#question(text, false)),
      possessions: () => this.#possessions(),
      load: (next) => this.#load(next),
      peer: () => peerBelief(serving()?.engine.router ?? null),
      alone: (work) => this.#queue.add(work),
      report: doors.report,
    });
  }

  /** What is loaded, whether or not it serves. */
  get written(): Written {
    return this.#written;
  }

  /** Why the last reload was refused; null: it was not. */
  get error(): readonly Problem[] | null {
    return this.#error;
  }

  /** Refused files, and what the channel to the peer refused, by reason. */
  get refused(): Readonly<Record<"config" | "cluster", Readonly<Record<string, number>>>> {
    return { config: Object.fromEntries(this.#refusedFiles), cluster: this.#sync.refused };
  }

  text(): string {
    return this.#written.files.find(({ path }) => path === this.#path)?.text ?? "";
  }

  async report(): Promise<ConfigReport> {
    const { path, serial, hash } = this.#written.config;
    const includes = this.#written.files.filter((file) => file.path !== path);
    const disk = this.#error === null ? this.text() : this.#diskText();
    const unloaded = disk === this.text() ? {} : { unloaded: disk };
    return { path, serial, hash, text: this.text(), includes, ...unloaded };
  }

  /** What stands on the disk; what is loaded, where that cannot be read. Never throws. */
  #diskText(): string {
    try {
      return this.#store.onDisk() ?? "";
    } catch {
      // Why it cannot be read is among the problems of the refused reload.
      return this.text();
    }
  }

  async plan(force: boolean): Promise<PlanReport | Refusal> {
    const next = await this.next();
    if ("ok" in next) return next;
    const objection = force ? null : await this.#objection(next);
    return objection ?? this.#planned(next);
  }

  /** `discard`: the hash of a file on the disk that what is loaded is to replace; null: none. */
  reload(force: boolean, discard: string | null = null): Promise<PlanReport | Refusal> {
    return this.#queue.add(async () => {
      const kept = discard === null ? null : await this.#discard(discard);
      return kept ?? this.#reload(force);
    });
  }

  async #discard(hash: string): Promise<Refusal | null> {
    try {
      const disk = this.#store.onDisk() ?? "";
      if (createHash("sha256").update(disk).digest("hex") !== hash)
        return refusedNow("the file on the disk is another one meanwhile", "look at it again");
      await this.#store.discard(disk, this.text());
      return null;
    } catch (thrown) {
      return refusedNow(messageOf(thrown));
    }
  }

  save({ text, yes: force, onto }: Given<"save">): Promise<SaveReport | Refusal> {
    return this.#sync.save(text, { force }, onto);
  }

  /** What the peer has, or why that is not known. Never throws. */
  peerFacts(): Promise<PeerFacts | string> {
    return this.#sync.peerFacts();
  }

  review(text: string): Promise<ReviewReport | Refusal> {
    return this.#sync.review(text);
  }

  async rollback({ back, yes: force }: Given<"rollback">): Promise<SaveReport | Refusal> {
    const past = this.#store.back(back);
    if (past === null) return refusedNow(`the history does not reach ${back} back`);
    // Root may have taken a program out since, so the bounds hold for what was loaded once, too.
    return this.#sync.save(past.text, { force });
  }

  sync(force: boolean): Promise<SaveReport | Refusal> {
    return this.#sync.sync(force);
  }

  async past(): Promise<HistoryReport> {
    const { path, serial, hash } = this.#written.config;
    return { path, serial, hash, past: this.#store.past() };
  }

  async pastOne(back: number): Promise<AnswerTo<"pastConfig">> {
    const past = this.#store.back(back);
    if (past !== null) return { ok: true, ...past };
    return refusedNow(`the history does not reach ${back} back`, "lvsd config history lists it");
  }

  /**
   * The file on disk, or `text` in its place, as this machine would run it, or why it would not.
   * What this machine lacks of it is no reason where it `goesOn` with what it has.
   */
  next(text: string | null = null, goesOn = false): Promise<Running | Refusal> {
    return nextConfig(this.#question(text, goesOn));
  }

  #question(text: string | null, goesOn: boolean): NextConfig {
    const { doors, role, serving } = this.#parts;
    return {
      path: this.#path,
      text,
      present: this.text(),
      loaded: this.#written,
      past: text === null ? [] : this.#store.pastFiles(),
      forced: role,
      role: serving()?.running.role ?? role,
      readInterfaces: () => doors.ip.readInterfaces(),
      ipv6: goesOn ? null : (device) => takesIpv6(doors.sysctl, device),
    };
  }

  close(): Promise<void> {
    return this.#sync.close();
  }

  /** One change of the configuration at a time. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#queue.add(work);
  }

  async #reload(force: boolean): Promise<PlanReport | Refusal> {
    const next = await this.next();
    if ("ok" in next) return this.#refuse(next);
    if (this.#parts.serving() === null) {
      this.#forgetIncludes(next);
      this.#written = next;
      this.#error = null;
      // That it is in force is reported when it serves.
      this.#parts.loaded(next);
      return { ok: true, changes: [], settings: [], unchanged_services: 0, refused: [] };
    }
    const guard = force ? null : guardProblem(this.#written.config, next.config);
    if (guard !== null) return this.#refuse({ ok: false, fault: "now", problems: [guard] });
    const objection = force ? null : await this.#objection(next);
    if (objection !== null) return this.#refuse(objection);
    const report = await this.#planned(next);
    if (!report.ok) return report;
    this.#forgetIncludes(next);
    return carriedOut(report, await this.#load(next));
  }

  /** What root does not include any more, in the file on the disk, no rollback brings back. */
  #forgetIncludes(next: Running): void {
    const stays = new Set(next.files.map(({ path }) => path));
    if (this.#written.files.some(({ path }) => !stays.has(path))) this.#store.forgetIncludes();
  }

  /** What does not hold after all. */
  async #load(next: Running): Promise<readonly RefusedPart[]> {
    this.#written = next;
    this.#error = null;
    const { doors, loaded, serving } = this.#parts;
    doors.report(loadedEvent(next.config));
    loaded(next);
    await serving()?.reconfigure(next);
    return serving()?.reconciler.troubles() ?? [];
  }

  /** What would become of a text that does not stand in the file yet. */
  async #judge(text: string, { force }: JudgeRules): Promise<Judged> {
    const next = await this.next(text);
    if ("ok" in next) return { refusal: next };
    const guard = force ? null : guardProblem(this.#written.config, next.config);
    if (guard !== null) return { refusal: { ok: false, fault: "now", problems: [guard] } };
    const parting = force ? null : await this.#parting(next, this.#sync.shared);
    if (parting !== null) return { refusal: parting };
    const plan = await this.#planned(next);
    return plan.ok ? { next, plan } : { refusal: plan };
  }

  /** What would become of a text, and what a save of it would first be refused for. */
  async #review(text: string): Promise<Reviewed | Refusal> {
    const judged = await this.#judge(text, { force: true });
    if ("refusal" in judged) return judged.refusal;
    const { next, plan } = judged;
    const guard = guardProblem(this.#written.config, next.config);
    const parting = await this.#parting(next, this.#sync.shared);
    return { plan, objections: [...(guard === null ? [] : [guard]), ...(parting?.problems ?? [])] };
  }

  /** What speaks against a reload here of the file that is `next`. */
  async #objection(next: Running): Promise<Refusal | null> {
    const parting = await this.#parting(next, false);
    if (parting !== null) return parting;
    const before = this.#parts.serving()?.running;
    // Most changes are of weights and checks: the peer needs nothing more for those.
    if (before !== undefined && !asksForMore(before, next)) return null;
    const text = next.files.find(({ path }) => path === this.#path)?.text ?? "";
    const problems = await this.#sync.lackedByPeer(text);
    return problems.length === 0 ? null : { ok: false, fault: "text", problems };
  }

  #possessions(): Promise<Possessions> {
    const { config, places } = this.#written;
    return readPossessions({ config, needs: places.checkNeeds });
  }

  /** What speaks against `next` here alone, or `onBoth`. */
  async #parting(next: Running, onBoth: boolean): Promise<Refusal | null> {
    const { running: before, engine } = this.#parts.serving() ?? {};
    const dialect = engine?.router.dialect;
    if (before === undefined || partingProblems(before, next, dialect).length === 0) return null;
    const { alive: isHeard, mark } = peerBelief(engine?.router ?? null);
    let interfaces: readonly Interface[];
    try {
      interfaces = await this.#parts.doors.ip.readInterfaces();
    } catch (thrown) {
      return refusedNow(messageOf(thrown));
    }
    return refusedLeaving({ before, next, isHeard, mark, dialect, onBoth, interfaces });
  }

  #refuse(refusal: Refusal): Refusal {
    countUp(this.#refusedFiles, refusal.fault === "text" ? "invalid" : "guard");
    if (refusal.fault === "text") this.#error = refusal.problems;
    const problems = shownProblems(refusal.problems);
    this.#parts.doors.report({ event: "config", kind: "refused", problems });
    return refusal;
  }

  /** What `next` changes; a table that cannot be read is a refusal. */
  async #planned(next: Running): Promise<PlanReport | Refusal> {
    const serving = this.#parts.serving();
    if (serving === null) return refusedNow("this router has not found its own address yet");
    try {
      const report = await planReport(
        serving.running.config,
        serving.under(next).config,
        serving.health(),
        (desired) => serving.reconciler.plan(desired),
        serving.table.idle,
      );
      const names = hostsOf(next.config).map((host) => serving.names.statusOf(host));
      return names.length === 0 ? report : { ...report, names };
    } catch (thrown) {
      return refusedNow(messageOf(thrown));
    }
  }
}
