/**
 * Controls one failover service: runs its commands, tries its check, keeps its appointments. What
 * is to be done when is decided by failover/service.ts. Invariants: one command at a time; each
 * ends by itself or at its deadline; after `close` nothing is left that this process runs for it.
 */
import { isDeepStrictEqual } from "node:util";
import type { RunCheck } from "../../checks/check.ts";
import { failureOf } from "../../checks/program/command-end.ts";
import type { CommandEnd, CommandRun, RunCommand } from "../../checks/program/unprivileged.ts";
import type { Endpoint } from "../../checks/target.ts";
import type { ServiceConfig } from "../../config/config.ts";
import {
  type FailoverService,
  isChecked,
  type ServiceCommand,
  type ServiceGoal,
  type ServiceInput,
  type ServiceRules,
  serviceWakeAt,
  startService,
  stepService,
} from "../../failover/service.ts";
import type { IpAddress } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { addMs, type Instant, instant, printDuration } from "../../model/time.ts";
import type { Agenda, Appointment } from "../agenda.ts";
import { repeatedAt } from "../health/hurry.ts";

/** Where a service is looked for that does not say. */
const loopback = "127.0.0.1" as IpAddress;

/** The commands by which something runs or is to be stopped. */
export type Commands = Pick<ServiceConfig, "name" | "start" | "stop">;

export interface ControlledServiceParts {
  readonly runCommand: RunCommand;
  readonly runCheck: RunCheck;
  readonly now: () => Instant;
  readonly agenda: Agenda;
  readonly report: (event: EventBody) => void;
  /** Anything about the service may have changed. */
  readonly changed: () => void;
  /** This router's role, for the commands. */
  readonly role: () => string;
}

export class ControlledService {
  readonly #parts: ControlledServiceParts;
  #config: ServiceConfig;
  /** By these what runs was started, and is to be stopped. */
  #installed: Commands;
  #service: FailoverService;
  #command: AbortController | null = null;
  #wake: Appointment | null = null;
  #trying: { readonly stop: AbortController; next: Appointment | null } | null = null;
  #toldFailure: string | null = null;
  #closed = false;

  /** `running`: a predecessor left it running by these commands. */
  constructor(config: ServiceConfig, running: Commands | null, parts: ControlledServiceParts) {
    this.#parts = parts;
    this.#config = config;
    this.#installed = running ?? config;
    const found = running === null ? "unknown" : "running";
    this.#service = startService(rulesOf(config), found, parts.now());
    if (running !== null && !isDeepStrictEqual(running.start, config.start))
      this.#feed({ kind: "rules", rules: rulesOf(config), stale: true });
  }

  get config(): ServiceConfig {
    return this.#config;
  }

  get service(): FailoverService {
    return this.#service;
  }

  /** The commands by which it was started and is to be stopped. */
  get commands(): Commands {
    const { name, start, stop } = this.#installed;
    return { name, start, stop };
  }

  /** Whether it runs, as far as its own end is not known. */
  get running(): boolean {
    const { state, underWay } = this.#service;
    return state === "running" || (state === "starting" && underWay === null);
  }

  /** Nothing is under way, and what should rest does as far as that could be had. */
  get settled(): boolean {
    const { state, underWay } = this.#service;
    return underWay === null && (state === "stopped" || state === "failed");
  }

  configure(config: ServiceConfig): void {
    const { state } = this.#service;
    const sameStart = isDeepStrictEqual(this.#installed.start, config.start);
    const idle = state === "stopped" || state === "unknown";
    if (sameStart || idle) this.#installed = config;
    if (!isDeepStrictEqual(this.#config.check, config.check)) this.#stopTrying();
    this.#config = config;
    this.#feed({ kind: "rules", rules: rulesOf(config), stale: !sameStart && !idle });
  }

  goal(goal: ServiceGoal, afresh: boolean): void {
    if (this.#service.goal !== goal) this.#feed({ kind: "goal", goal, afresh });
  }

  /** Ends what this process does for the service; the service itself stays as it is. */
  close(): void {
    this.#closed = true;
    this.#wake?.cancel();
    this.#stopTrying();
    this.#command?.abort();
  }

  #feed(input: ServiceInput): void {
    if (this.#closed) return;
    const before = this.#service;
    const { service, order } = stepService(before, input, this.#parts.now());
    this.#service = service;
    if (order === "abort") this.#command?.abort();
    else if (order !== null) void this.#run(order);
    this.#reportChange(before);
    this.#setWake();
    if (isChecked(service)) this.#try();
    else this.#stopTrying();
    if (service !== before) this.#parts.changed();
  }

  async #run(command: ServiceCommand): Promise<void> {
    const { timeout, name } = this.#config;
    if (command === "start") this.#installed = this.#config;
    const line = this.#installed[command];
    const abort = new AbortController();
    this.#command = abort;
    const deadline = AbortSignal.timeout(timeout);
    const run: CommandRun = {
      ...line,
      environment: {
        LVSD_SERVICE: name,
        LVSD_SERVICE_COMMAND: command,
        LVSD_ROUTER_ROLE: this.#parts.role(),
      },
      signal: AbortSignal.any([deadline, abort.signal]),
      leavesBehind: command === "start",
    };
    const end = await this.#parts.runCommand(run).catch(
      (thrown: unknown): CommandEnd => ({
        kind: "not-started",
        why: new Error(messageOf(thrown), { cause: thrown }),
      }),
    );
    this.#command = null;
    const late = deadline.aborted ? `killed after ${printDuration(timeout)}` : "given up";
    this.#feed({ kind: "ended", why: failureOf(end, late) });
  }

  #setWake(): void {
    const at = serviceWakeAt(this.#service);
    if (this.#wake?.at === at) return;
    this.#wake?.cancel();
    const act = (): void => {
      this.#wake = null;
      this.#feed({ kind: "wake" });
    };
    this.#wake = at === null ? null : this.#parts.agenda.at(at, act);
  }

  /** Begins to try the check, unless it is being tried. */
  #try(): void {
    if (this.#trying !== null) return;
    const trying = { stop: new AbortController(), next: null as Appointment | null };
    this.#trying = trying;
    let failures = 0;
    const once = async (): Promise<void> => {
      const { check } = this.#config;
      if (check.type === "none") return;
      const started = this.#parts.now();
      const why = await this.#outcome(trying.stop.signal);
      if (trying.stop.signal.aborted) return;
      if (why !== undefined) failures = why === null ? 0 : failures + 1;
      const sooner = repeatedAt(check, { failures, fall: check.fall }, started);
      const next = Math.max(this.#parts.now(), sooner ?? addMs(started, check.interval));
      trying.next = this.#parts.agenda.at(instant(next), () => void once());
      if (why !== undefined) this.#feed({ kind: "tried", why });
    };
    void once();
  }

  /** Why a try failed; null: it passed; undefined: it says nothing about the service. */
  async #outcome(signal: AbortSignal): Promise<string | null | undefined> {
    const { check } = this.#config;
    const endpoint: Endpoint = { address: loopback, port: 0 };
    try {
      const tried = await this.#parts.runCheck(check, endpoint, signal);
      if (tried.kind === "passed") return null;
      return tried.reason === "local" ? undefined : tried.why;
    } catch (thrown) {
      return messageOf(thrown);
    }
  }

  #stopTrying(): void {
    this.#trying?.stop.abort();
    this.#trying?.next?.cancel();
    this.#trying = null;
  }

  /** Says what has become of it. A failure that is tried again and fails alike is reported once. */
  #reportChange(before: FailoverService): void {
    const { state, cause, goal, since } = this.#service;
    if (state === before.state && since === before.since) return;
    const isTold = state === "running" || state === "failed" || state === "stopped";
    if (!isTold || (state === "stopped" && goal === "run")) return;
    if (state === "failed" && this.#toldFailure === cause) return;
    this.#toldFailure = state === "failed" ? cause : null;
    this.#parts.report({ event: "service", kind: state, service: this.#config.name, cause });
  }
}

const rulesOf = ({ timeout, check }: ServiceConfig): ServiceRules =>
  check.type === "none"
    ? { timeout, checked: false, fall: 1, rise: 1 }
    : { timeout, checked: true, fall: check.fall, rise: check.rise };
