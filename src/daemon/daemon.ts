/**
 * The daemon from its first line to its last: opens the doors, finds its role, serves, reloads,
 * stops. What it does as a router is in serving.ts; this is what operators and systemd see of it.
 */

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Config, ConsoleConfig } from "../config/config.ts";
import type {
  ConfigReport,
  FindingsReport,
  HistoryReport,
  PeerReport,
  PlanReport,
  RatesReport,
  Refusal,
  RequestRefusal,
  RestartReport,
  SaveReport,
  ScriptReport,
  Status,
  SwitchoverReport,
} from "../control/api.ts";
import type { KeyReport, MachineReport } from "../control/reports/first-files.ts";
import type { GraphsReport } from "../control/reports/graphs.ts";
import { SharedLooks, type StatusChanges } from "../control/reports/status-changes.ts";
import type { AnswerTo, Asked, Controlled, Given } from "../control/requests.ts";
import type { ReviewReport } from "../control/review.ts";
import type { Input } from "../failover/protocol.ts";
import type { Problem } from "../keys/problem.ts";
import { messageOf } from "../model/error.ts";
import type { EventBody, LvsdEvent } from "../model/event.ts";
import { between, type Instant, ms, seconds } from "../model/time.ts";
import type { Interface } from "../system/ip/ip.ts";
import { readRates } from "../system/ipvs/rates.ts";
import { sendMail } from "../system/net/smtp.ts";
import { ConfigChanges } from "./config/config-changes.ts";
import { LastGood } from "./config/last-good.ts";
import { loadedEvent, onThisMachine, type Written } from "./config/running.ts";
import type { DaemonParts } from "./daemon-parts.ts";
import type { Doors } from "./doors.ts";
import { Examination } from "./health/examination.ts";
import type { MaintenancePart } from "./maintenance/maintenance-part.ts";
import { scriptReport } from "./maintenance/script-report.ts";
import { type Checking, ServerRequests } from "./maintenance/server-requests.ts";
import { commandMax, Notifications } from "./notifications.ts";
import { MailNotifications } from "./notify/mail-notifications.ts";
import { countUp, refusedNow } from "./refused.ts";
import { Requests } from "./requests.ts";
import { foundHere } from "./restart/found-here.ts";
import {
  holdFor,
  nothingLeft,
  type PredecessorState,
  readPredecessor,
  removeLeft,
} from "./restart/restart-state.ts";
import { Serving } from "./serving.ts";
import { pieces, statusOf } from "./status.ts";
import { SharedRates } from "./table/shared-rates.ts";
import { machineReport } from "./unconfigured/machine-report.ts";
import { waitAtMost } from "./wait-at-most.ts";

/** How the daemon ended before it could serve; the machine (1) or the operator's files (2). */
export type Ended =
  | { readonly status: 0 }
  | { readonly status: 1 | 2; readonly problems: readonly Problem[] };

/** A hand-over, releases and an emptied table fit into this. */
const stoppingMax = seconds(5);
/** A disk that hangs must not hold up the end. */
const keepingMax = seconds(1);
/** A long status holds up a takeover: asked meanwhile, it waits for the VIPs, but not for ever. */
const idleWithin = seconds(1);

export class Daemon extends ServerRequests implements Controlled {
  readonly #parts: DaemonParts;
  readonly #doors: Doors;
  readonly #config: ConfigChanges;
  #serving: Serving | null = null;
  readonly #refusedRequests = new Map<string, number>();
  #lateHeartbeats = 0;
  readonly #requests = new Requests();
  readonly #rates: SharedRates;
  readonly #examination: Examination;
  readonly #startedAt: string;
  readonly #looks = new SharedLooks(randomUUID(), () => this.status(), pieces);
  readonly #notifications: Notifications;
  readonly #mail: MailNotifications;
  readonly #lastGood: LastGood;
  #stopped: (() => void) | null = null;
  #ending = false;

  constructor(written: Written, parts: DaemonParts) {
    super();
    this.#parts = parts;
    this.#doors = { ...parts.doors, report: (event) => this.#report(event) };
    this.#startedAt = parts.doors.wallClock();
    this.#examination = new Examination({
      now: parts.doors.now,
      wallClock: parts.doors.wallClock,
      status: () => this.status(),
      config: () => this.#serving?.running ?? this.#config.written,
      peer: () => this.#config.peerFacts(),
    });
    this.#rates = new SharedRates({
      read: () => readRates(parts.doors.listings),
      now: parts.doors.now,
      wallClock: parts.doors.wallClock,
      used: () => ms(process.cpuUsage().user / 1000),
    });
    const router = () => ({
      role: this.#serving?.running.role ?? null,
      state: this.#serving?.engine.router.state ?? ("starting" as const),
    });
    this.#notifications = new Notifications({
      run: parts.doors.runCommand,
      report: this.#doors.report,
      now: this.#doors.now,
      deadline: commandMax,
      router,
    });
    this.#mail = new MailNotifications({
      send: sendMail,
      report: this.#doors.report,
      now: this.#doors.now,
      sender: () => ({ host: hostname(), ...router() }),
    });
    this.#notify(written.config);
    parts.journal.follow((event) => {
      this.#notifications.take(event);
      this.#mail.take(event);
    });
    this.#lastGood = new LastGood(parts.doors.stateDir, (text) =>
      this.#report({ event: "machine", kind: "failed", text }),
    );
    this.#lastGood.keep(written.files);
    this.#config = new ConfigChanges(written, {
      doors: this.#doors,
      role: parts.role,
      error: parts.fileProblems,
      serving: () => this.#serving,
      loaded: ({ config, files }) => {
        this.#notify(config);
        this.#lastGood.keep(files);
      },
    });
  }

  #notify({ notify }: Config): void {
    this.#notifications.configure(notify.command);
    this.#mail.configure(notify.mail);
  }

  rates(): Promise<RatesReport> {
    return this.#rates.read();
  }

  async graphs(given: Given<"graphs">): Promise<GraphsReport | Refusal> {
    return this.#serving?.graphs.report(given) ?? refusedNow("this router still starts");
  }

  async realServerScript(given: Given<"realServerScript">): Promise<ScriptReport | Refusal> {
    return scriptReport(this.#config.written.config, given);
  }

  machine(): Promise<MachineReport> {
    return machineReport();
  }

  async firstKey(): Promise<KeyReport | Refusal> {
    return refusedNow("this router has a configuration, whose key root alone changes");
  }

  findings(): Promise<FindingsReport> {
    return this.#examination.read();
  }

  async peerFacts(): Promise<PeerReport> {
    const asked = await this.#config.peerFacts();
    return typeof asked === "string" ? { peer: null, why: asked } : { peer: asked, why: null };
  }

  get serving(): Serving | null {
    return this.#serving;
  }

  /** The configuration on a machine with these interfaces; starts to serve when that is settled. */
  serve(interfaces: readonly Interface[]): Promise<"serving" | "waiting" | Problem[]> {
    // A reload would reach parts that have not been configured, or a machine that has not begun.
    return this.#config.alone(() => this.#serve(interfaces));
  }

  async #serve(interfaces: readonly Interface[]): Promise<"serving" | "waiting" | Problem[]> {
    if (this.#ending) return "waiting";
    const running = onThisMachine(this.#config.written, interfaces, this.#parts.role);
    if (running === "waiting") return "waiting";
    if ("problems" in running) return [...running.problems];
    const { role, config } = running;
    const by = this.#parts.role === null ? "its own address is here" : "the command line says so";
    this.#report({ event: "process", kind: "role", role, by });
    const predecessor = this.#predecessor();
    const found = foundHere(running, interfaces, predecessor);
    const serving = new Serving(this.#doors, running, found, predecessor, {
      answer: (request, why) => this.#requests.answer(request, why),
      stopped: () => this.#stopped?.(),
      alone: (work) => this.#config.alone(work),
    });
    this.#serving = serving;
    this.#report(loadedEvent(config));
    await serving.start();
    return "serving";
  }

  async status(): Promise<Status> {
    if (this.#serving !== null) await waitAtMost(this.#serving.vips.idle(), idleWithin);
    return statusOf({
      written: this.#config.written.config,
      startedAt: this.#startedAt,
      serving: this.#serving,
      configError: this.#config.error,
      refused: {
        control: Object.fromEntries(this.#refusedRequests),
        ...this.#config.refused,
      },
      lateHeartbeats: this.#lateHeartbeats,
      doors: this.#doors,
      wallMs: Date.parse(this.#parts.doors.wallClock()),
    });
  }

  statusChanges({ since }: Given<"statusChanges">): Promise<StatusChanges> {
    return this.#looks.since(since);
  }

  events(): readonly LvsdEvent[] {
    return this.#parts.journal.events();
  }

  follow(listener: (event: LvsdEvent) => void): () => void {
    return this.#parts.journal.follow(listener);
  }

  config(): Promise<ConfigReport> {
    return this.#config.report();
  }

  async consoleSettings(): Promise<ConsoleConfig> {
    return this.#config.written.config.console;
  }

  configText(): string {
    return this.#config.text();
  }

  plan({ yes }: Given<"plan">): Promise<PlanReport | Refusal> {
    return this.#config.plan(yes);
  }

  reload({ yes, discard }: Given<"reload">): Promise<PlanReport | Refusal> {
    return this.#config.reload(yes, discard);
  }

  save(given: Given<"save">): Promise<SaveReport | Refusal> {
    return this.#config.save(given);
  }

  review({ text }: Given<"review">): Promise<ReviewReport | Refusal> {
    return this.#config.review(text);
  }

  rollback(given: Given<"rollback">): Promise<SaveReport | Refusal> {
    return this.#config.rollback(given);
  }

  sync({ yes }: Given<"sync">): Promise<SaveReport | Refusal> {
    return this.#config.sync(yes);
  }

  pastConfigs(): Promise<HistoryReport> {
    return this.#config.past();
  }

  pastConfig({ back }: Given<"pastConfig">): Promise<AnswerTo<"pastConfig">> {
    return this.#config.pastOne(back);
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

  asked({ by, what, why }: Asked): void {
    this.#report(
      why === null
        ? { event: "control", kind: "asked", by, what }
        : { event: "control", kind: "asked-in-vain", by, what, why },
    );
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
    const next = await this.#config.next(null, true);
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
    removeLeft(this.#doors.runDir);
  }

  async #end(cause: string, input: Input, end: (serving: Serving) => Promise<void>): Promise<void> {
    const began = this.#doors.now();
    this.#ending = true;
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
    await this.#config.close();
    await waitAtMost(this.#lastGood.written(), keepingMax);
    if (serving !== null) await end(serving);
    this.#parts.journal.flush();
    await Promise.all([this.#notifications.stop(), this.#mail.stop()]);
    this.#report({ event: "process", kind: "stopped", took_ms: this.#since(began) });
  }

  protected maintenance(): MaintenancePart | Refusal {
    const { engine, maintenance } = this.#serving ?? {};
    return engine?.begun && maintenance ? maintenance : refusedNow("this router still starts");
  }

  protected checking(): Checking {
    return {
      config: this.#config.written.config,
      run: this.#serving?.paths.run ?? this.#doors.runCheck,
    };
  }

  #predecessor(): PredecessorState {
    try {
      return readPredecessor(this.#doors.runDir, this.#doors.now());
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
