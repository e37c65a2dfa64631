/**
 * The daemon from its first line to its last: opens the doors, finds its role, serves, reloads,
 * stops. What it does as a router is in serving.ts; this is what operators and systemd see of it.
 */

import type {
  ConfigReport,
  HistoryReport,
  PlanReport,
  Refusal,
  RefusedPart,
  RequestRefusal,
  RestartReport,
  SaveReport,
  Status,
  SwitchoverReport,
} from "../control/api.ts";
import type { AnswerTo, Controlled, Given } from "../control/requests.ts";
import type { Input } from "../failover/protocol.ts";
import { type Problem, toldProblems } from "../keys/problem.ts";
import { messageOf } from "../model/error.ts";
import type { EventBody, LvsdEvent } from "../model/event.ts";
import { between, type Instant, seconds } from "../model/time.ts";
import { takesIpv6 } from "../system/file/sysctl.ts";
import type { Interface } from "../system/ip/ip.ts";
import { peerBelief } from "./config/cluster-lines.ts";
import { ClusterSync, type Judged, type JudgeRules } from "./config/cluster-sync.ts";
import { ConfigStore } from "./config/config-store.ts";
import { beyondBounds } from "./config/config-thread.ts";
import { nextConfig } from "./config/next-config.ts";
import { partingProblems, refusedLeaving } from "./config/parting.ts";
import { carriedOut, planReport } from "./config/plan-report.ts";
import { guardProblem } from "./config/reload.ts";
import { loadedEvent, onThisMachine, type Running, type Written } from "./config/running.ts";
import type { DaemonParts } from "./daemon-parts.ts";
import type { Doors } from "./doors.ts";
import { commandMax, Notifications } from "./notifications.ts";
import { countUp, refusedNow } from "./refused.ts";
import { Requests } from "./requests.ts";
import { foundHere } from "./restart/found-here.ts";
import {
  holdFor,
  type Legacy,
  nothingLeft,
  readLegacy,
  removeLegacy,
} from "./restart/restart-state.ts";
import { Serving } from "./serving.ts";
import { statusOf } from "./status.ts";
import { within } from "./within.ts";

/** How the daemon ended before it could serve; the machine (1) or the operator's files (2). */
export type Ended =
  | { readonly status: 0 }
  | { readonly status: 1 | 2; readonly problems: readonly Problem[] };

/** A hand-over, releases and an emptied table fit into this (product: 5 s). */
const stoppingMax = seconds(5);
/** A long status holds up a takeover: asked meanwhile, it waits for the VIPs, but not for ever. */
const idleWithin = seconds(1);

export class Daemon implements Controlled {
  readonly #parts: DaemonParts;
  readonly #doors: Doors;
  readonly #path: string;
  #written: Written;
  #serving: Serving | null = null;
  #configError: readonly Problem[] | null = null;
  readonly #refusedRequests = new Map<string, number>();
  readonly #refusedFiles = new Map<string, number>();
  #lateHeartbeats = 0;
  readonly #requests = new Requests();
  #reloading: Promise<unknown> = Promise.resolve();
  readonly #store: ConfigStore;
  readonly #sync: ClusterSync;
  readonly #startedAt: string;
  readonly #notifications: Notifications;
  #stopped: (() => void) | null = null;

  constructor(written: Written, parts: DaemonParts) {
    this.#parts = parts;
    this.#written = written;
    this.#path = written.config.path;
    this.#doors = { ...parts.doors, report: (event) => this.#report(event) };
    this.#startedAt = parts.wallClock();
    this.#notifications = new Notifications({
      run: parts.doors.runCommand,
      report: this.#doors.report,
      now: this.#doors.now,
      deadline: commandMax,
      router: () => ({
        role: this.#serving?.running.role ?? null,
        state: this.#serving?.engine.router.state ?? "starting",
      }),
    });
    this.#notifications.configure(written.config.notify.command);
    parts.journal.follow((event) => this.#notifications.take(event));
    this.#store = new ConfigStore(this.#path, parts.doors.stateDir, parts.wallClock);
    this.#sync = new ClusterSync({
      store: this.#store,
      written: () => this.#written,
      running: () => this.#serving?.running ?? null,
      judge: (text, rules) => this.#judge(text, rules),
      load: (next) => this.#load(next),
      peer: () => peerBelief(this.#serving?.engine.router ?? null),
      alone: (work) => this.#alone(work),
      report: (event) => this.#report(event),
    });
  }

  get serving(): Serving | null {
    return this.#serving;
  }

  /** The configuration on a machine with these interfaces; starts to serve when that is settled. */
  async serve(interfaces: readonly Interface[]): Promise<"serving" | "waiting" | Problem[]> {
    const running = onThisMachine(this.#written, interfaces, this.#parts.role);
    if (running === "waiting") return "waiting";
    if ("problems" in running) return [...running.problems];
    const { role, config } = running;
    const by = this.#parts.role === null ? "its own address is here" : "the command line says so";
    this.#report({ event: "process", kind: "role", role, by });
    const legacy = this.#legacy();
    const found = foundHere(running, interfaces, legacy);
    const serving = new Serving(this.#doors, running, found, legacy, {
      answer: (request, why) => this.#requests.answer(request, why),
      stopped: () => this.#stopped?.(),
    });
    this.#serving = serving;
    this.#report(loadedEvent(config));
    await serving.start();
    return "serving";
  }

  async status(): Promise<Status> {
    if (this.#serving !== null) await within(this.#serving.vips.idle(), idleWithin);
    return statusOf({
      written: this.#written.config,
      startedAt: this.#startedAt,
      serving: this.#serving,
      configError: this.#configError,
      refused: {
        control: Object.fromEntries(this.#refusedRequests),
        config: Object.fromEntries(this.#refusedFiles),
        cluster: this.#sync.refused,
      },
      lateHeartbeats: this.#lateHeartbeats,
      doors: this.#doors,
      wallMs: Date.parse(this.#parts.wallClock()),
    });
  }

  events(): readonly LvsdEvent[] {
    return this.#parts.journal.events();
  }

  follow(listener: (event: LvsdEvent) => void): () => void {
    return this.#parts.journal.follow(listener);
  }

  async config(): Promise<ConfigReport> {
    const { path, serial, hash } = this.#written.config;
    return { path, serial, hash, text: this.configText() };
  }

  configText(): string {
    return this.#written.files.find(({ path }) => path === this.#path)?.text ?? "";
  }

  async plan(): Promise<PlanReport | Refusal> {
    const next = await this.#readNext();
    return "ok" in next ? next : ((await this.#parting(next, false)) ?? this.#planned(next));
  }

  reload({ yes }: Given<"reload">): Promise<PlanReport | Refusal> {
    return this.#alone(() => this.#reload(yes));
  }

  /** One change of the configuration at a time. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const after = this.#reloading.then(work);
    this.#reloading = after.catch(() => {});
    return after;
  }

  save({ text, yes: force }: Given<"save">): Promise<SaveReport | Refusal> {
    return this.#sync.save(text, { force });
  }

  async rollback({ back, yes: force }: Given<"rollback">): Promise<SaveReport | Refusal> {
    const past = this.#store.back(back);
    if (past === null) return refusedNow(`the history does not reach ${back} back`);
    // Root may have taken a program out since, so the bounds hold for what was loaded once, too.
    return this.#sync.save(past.text, { force });
  }

  sync({ yes }: Given<"sync">): Promise<SaveReport | Refusal> {
    return this.#sync.sync(yes);
  }

  async pastConfigs(): Promise<HistoryReport> {
    const { path, serial, hash } = this.#written.config;
    return { path, serial, hash, past: this.#store.past() };
  }

  async pastConfig({ back }: Given<"pastConfig">): Promise<AnswerTo<"pastConfig">> {
    const past = this.#store.back(back);
    if (past !== null) return { ok: true, ...past };
    return refusedNow(`the history does not reach ${back} back`, "lvsd config history lists it");
  }

  async switchover(): Promise<SwitchoverReport | Refusal> {
    const serving = this.#serving;
    if (serving === null || !serving.engine.begun) return refusedNow("this router still starts");
    const began = this.#doors.now();
    const why = await this.#requests.ask((request) =>
      serving.engine.input({ kind: "switchover", request }),
    );
    if (why !== null) return refusedNow(`no switchover: ${why}`);
    return { ok: true, took_ms: between(began, this.#doors.now()) };
  }

  refusedRequest(reason: RequestRefusal): void {
    if (countUp(this.#refusedRequests, reason) === 1)
      this.#report({ event: "control", kind: "refused", reason, text: "counted from now on" });
  }

  async restart(): Promise<RestartReport | Refusal> {
    const why = this.#parts.imageRefused();
    const refusal = why === null ? await this.restartRefused() : refusedNow(why);
    if (refusal !== null) return refusal;
    const state = this.#serving?.engine.router.state ?? "starting";
    this.#parts.restart();
    return { ok: true, started: this.#startedAt, state, within_ms: holdFor };
  }

  /** Why a next process could not go on where this one leaves; null: it could. */
  async restartRefused(): Promise<Refusal | null> {
    if (!this.#serving?.engine.begun) return refusedNow("this router still starts");
    const next = await this.#readNext(null, true);
    return "ok" in next ? next : null;
  }

  /** Hands over, releases, forgets; resolves when the process may end. */
  stop(cause: string): Promise<void> {
    return this.#end(cause, { kind: "stop" }, (serving) => serving.stop());
  }

  /** Leaves addresses and table to the next process; resolves when that may start. */
  leave(): Promise<void> {
    const input = { kind: "restart", holdFor } as const;
    return this.#end("a restart was asked for", input, (serving) => serving.leave());
  }

  /** What was left for a next process is no longer meant for one. */
  renounce(): void {
    removeLegacy(this.#doors.runDir);
  }

  async #end(cause: string, input: Input, end: (serving: Serving) => Promise<void>): Promise<void> {
    const began = this.#doors.now();
    this.#report({ event: "process", kind: "stopping", cause });
    const serving = this.#serving;
    if (serving?.engine.begun) {
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(resolve, stoppingMax - seconds(1.5));
        this.#stopped = () => {
          clearTimeout(deadline);
          resolve();
        };
        serving.engine.input(input);
      });
    }
    await this.#sync.close();
    if (serving !== null) await end(serving);
    this.#parts.journal.flush();
    await this.#notifications.stop();
    this.#report({ event: "process", kind: "stopped", took_ms: this.#since(began) });
  }

  async #reload(force: boolean): Promise<PlanReport | Refusal> {
    const next = await this.#readNext();
    if ("ok" in next) return this.#refuseReload(next);
    const serving = this.#serving;
    if (serving === null) {
      this.#written = next;
      this.#configError = null;
      return { ok: true, changes: [], settings: [], unchanged_services: 0, refused: [] };
    }
    const guard = force ? null : guardProblem(this.#written.config, next.config);
    if (guard !== null) return this.#refuseReload({ ok: false, fault: "now", problems: [guard] });
    const parting = force ? null : await this.#parting(next, false);
    if (parting !== null) return this.#refuseReload(parting);
    const report = await this.#planned(next);
    return report.ok ? carriedOut(report, await this.#load(next)) : report;
  }

  /** What does not hold after all. */
  async #load(next: Running): Promise<readonly RefusedPart[]> {
    this.#written = next;
    this.#configError = null;
    this.#report(loadedEvent(next.config));
    this.#notifications.configure(next.config.notify.command);
    await this.#serving?.reconfigure(next);
    return this.#serving?.reconciler.troubles() ?? [];
  }

  /** What would become of a text that does not stand in the file yet. */
  async #judge(text: string, { force }: JudgeRules): Promise<Judged> {
    const next = await this.#readNext(text);
    if ("ok" in next) return { refusal: next };
    const before = this.#written;
    const [path, present] = [this.#path, this.configText()];
    // Not the whole of both: what goes to the thread is copied.
    const [wished, had] = [next.config.heartbeat, before.config.heartbeat];
    const meant = { next: { heartbeat: wished }, before: { heartbeat: had } };
    const beyond = await beyondBounds({ path, text, present, ...meant });
    if (beyond.length > 0) return { refusal: { ok: false, fault: "text", problems: beyond } };
    const guard = force ? null : guardProblem(before.config, next.config);
    if (guard !== null) return { refusal: { ok: false, fault: "now", problems: [guard] } };
    const parting = force ? null : await this.#parting(next, this.#sync.shared);
    if (parting !== null) return { refusal: parting };
    const plan = await this.#planned(next);
    return plan.ok ? { next, plan } : { refusal: plan };
  }

  /**
   * The file on disk, or `text` in its place, as this machine would run it, or why it would not.
   * What this machine lacks of it is no reason where it `goesOn` with what it has.
   */
  #readNext(text: string | null = null, goesOn = false): Promise<Running | Refusal> {
    const { ip, sysctl } = this.#doors;
    return nextConfig({
      ...{ path: this.#path, text, present: this.configText(), forced: this.#parts.role },
      role: this.#serving?.running.role ?? this.#parts.role,
      readInterfaces: () => ip.readInterfaces(),
      ipv6: goesOn ? null : (device) => takesIpv6(sysctl, device),
    });
  }

  /** What speaks against `next` here alone, or `onBoth`. */
  async #parting(next: Running, onBoth: boolean): Promise<Refusal | null> {
    const { running: before, engine } = this.#serving ?? {};
    if (before === undefined || partingProblems(before, next).length === 0) return null;
    const { mark } = peerBelief(engine?.router ?? null);
    const interfaces = await this.#doors.ip.readInterfaces();
    return refusedLeaving({ before, next, mark, onBoth, interfaces });
  }

  #refuseReload(refusal: Refusal): Refusal {
    countUp(this.#refusedFiles, refusal.fault === "text" ? "invalid" : "guard");
    if (refusal.fault === "text") this.#configError = refusal.problems;
    const problems = toldProblems(refusal.problems);
    this.#report({ event: "config", kind: "refused", problems });
    return refusal;
  }

  /** What `next` changes; a table that cannot be read is a refusal. */
  async #planned(next: Running): Promise<PlanReport | Refusal> {
    const serving = this.#serving;
    if (serving === null) return refusedNow("this router has not found its own address yet");
    try {
      return await planReport(
        serving.running.config,
        next.config,
        serving.nannies.health(),
        (desired) => serving.reconciler.plan(desired),
      );
    } catch (thrown) {
      return refusedNow(messageOf(thrown));
    }
  }

  #legacy(): Legacy {
    try {
      return readLegacy(this.#doors.runDir, this.#doors.now());
    } catch (thrown) {
      this.#report({ event: "machine", kind: "failed", text: messageOf(thrown) });
      return nothingLeft;
    }
  }

  #report(event: EventBody): void {
    const late = event.event === "peer" && event.kind === "late";
    this.#parts.journal.record(event, late ? "when there is time" : "soon");
    if (late) this.#lateHeartbeats += 1;
    if (event.event === "state" && event.kind === "changed")
      this.#parts.announceStatus(`${event.to}: ${event.cause}`);
  }

  #since(began: Instant): number {
    return between(began, this.#doors.now());
  }
}
