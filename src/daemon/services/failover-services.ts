/**
 * The failover services: what runs on the active router only. Passes on to each what the
 * router is, waits for them where a change of the active router may wait, and says what their
 * failures mean for the router.
 *
 * Nothing waits for a command but a planned change, and that not for long. Commands are started
 * one a turn of the loop, some time after the VIPs are announced: starting a program takes the loop
 * some ms.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { ServiceConfig } from "../../config/config.ts";
import type { ServiceGoal, ServiceState } from "../../failover/service.ts";
import type { Fault } from "../../model/router.ts";
import { between, type Instant, ms, seconds } from "../../model/time.ts";
import { openAlarm } from "../../system/process/clock.ts";
import { Agenda } from "../agenda.ts";
import { waitAtMost } from "../wait-at-most.ts";
import {
  type Commands,
  ControlledService,
  type ControlledServiceParts,
} from "./controlled-service.ts";

export type FailoverServicesParts = Omit<ControlledServiceParts, "agenda">;

/** One service as `lvsd status` shows it. */
export interface ServicePicture {
  readonly name: string;
  readonly state: ServiceState;
  readonly since: Instant;
  readonly cause: string;
  readonly error: string | null;
  /** What keeps a service that was started from running; null: nothing has complained. */
  readonly complaint: string | null;
  readonly failures: number;
}

/** The first command after an activation; the first announcements are out by then. */
const startAfter = ms(50);
/** How long a planned change, and the end of lvsd, wait for the `stop` commands. */
export const stopsMax = seconds(2);

export class FailoverServices {
  readonly #parts: ControlledServiceParts;
  readonly #agenda: Agenda;
  #controlled: ControlledService[] = [];
  /** No longer configured, and not stopped yet. */
  #leaving: ControlledService[] = [];
  #left: readonly Commands[] = [];
  #goal: ServiceGoal = "undecided";
  #afresh = false;
  /** Since when the services are to rest. */
  #restSince: Instant;
  #later: NodeJS.Timeout | undefined;
  #reporting: Promise<void> = Promise.resolve();
  #waiting: (() => void)[] = [];

  constructor(parts: FailoverServicesParts) {
    this.#agenda = new Agenda(parts.now, openAlarm);
    this.#restSince = parts.now();
    const changed = (): void => {
      parts.changed();
      this.#lookWhoIsDone();
    };
    this.#parts = { ...parts, changed, agenda: this.#agenda };
  }

  /** What the process before this one left running on purpose; before the first `configure`. */
  recall(left: readonly Commands[]): void {
    this.#left = left;
  }

  /** Takes over a configuration: what is the same goes on, and failures are forgiven. */
  configure(services: readonly ServiceConfig[]): void {
    const known = new Map(
      [...this.#controlled, ...this.#leaving].map((each) => [each.config.name, each]),
    );
    const left = new Map(this.#left.map((each) => [each.name, each]));
    this.#left = [];
    this.#controlled = services.map((config) => {
      const service = known.get(config.name);
      known.delete(config.name);
      if (service === undefined) {
        const running = left.get(config.name) ?? null;
        left.delete(config.name);
        return new ControlledService(config, running, this.#parts);
      }
      service.configure(config);
      return service;
    });
    this.#leaving = [...known.values(), ...[...left.values()].map((each) => this.#orphan(each))];
    for (const service of this.#leaving) service.goal("rest", false);
    this.#tellAll();
    this.#lookWhoIsDone();
    this.#parts.changed();
  }

  /** What the router is now. `afresh`: by an operator's switchover. Returns at once. */
  goal(goal: ServiceGoal, afresh: boolean): void {
    if (goal === this.#goal) return;
    this.#goal = goal;
    this.#afresh = afresh;
    this.#restSince = this.#parts.now();
    clearTimeout(this.#later);
    if (goal === "run") this.#later = setTimeout(() => this.#tellAll(), startAfter);
    else this.#tellAll();
  }

  /**
   * Before a planned change: resolves when every service is stopped, or could not be within
   * `stopsMax` since the services were first asked.
   */
  async standDown(): Promise<void> {
    this.goal("rest", false);
    const left = ms(Math.max(0, stopsMax - between(this.#restSince, this.#parts.now())));
    if (this.#all.length > 0) await waitAtMost(this.#settled(), left);
  }

  /** The end of lvsd: stops every service as far as there is time, then ends what runs for them. */
  async stop(): Promise<void> {
    await this.standDown();
    this.#close();
  }

  /** A restart of lvsd: the services go on. What runs, or is to be stopped by the next process. */
  leave(): readonly Commands[] {
    const running = this.#controlled.filter((each) => each.running);
    this.#close();
    return [...running, ...this.#leaving].map(({ commands }) => commands);
  }

  faults(): readonly Fault[] {
    return this.pictures().flatMap(({ name, error }) =>
      error === null ? [] : [{ kind: "service", subject: name, text: `service ${name}: ${error}` }],
    );
  }

  /** What speaks against an automatic failback to this router; null: nothing. */
  missing(): string | null {
    const failed = this.pictures().find(({ failures }) => failures > 0);
    return failed === undefined
      ? null
      : `service ${failed.name} failed here; \`lvsd reload\` forgives it`;
  }

  /** In the order of the configuration. */
  pictures(): readonly ServicePicture[] {
    return this.#controlled.map(({ config, service }) => ({
      name: config.name,
      state: service.state,
      since: service.since,
      cause: service.cause,
      error: service.stuck ?? service.trouble?.why ?? null,
      complaint: service.state === "starting" ? service.complaint : null,
      failures: service.failures,
    }));
  }

  get #all(): readonly ControlledService[] {
    return [...this.#controlled, ...this.#leaving];
  }

  /** Something that ran by a configuration that is gone: only its `stop` matters any more. */
  #orphan(left: Commands): ControlledService {
    const config = { ...left, timeout: seconds(30), check: { type: "none" } as const };
    return new ControlledService(config, left, this.#parts);
  }

  #close(): void {
    clearTimeout(this.#later);
    this.#agenda.close();
    for (const service of this.#all) service.close();
  }

  /** One after the other, so that heartbeats come in between; the newest wish counts. */
  #tellAll(): void {
    this.#reporting = this.#reporting.then(async () => {
      for (const service of this.#controlled) {
        service.goal(this.#goal, this.#afresh);
        await turn();
      }
    });
  }

  async #settled(): Promise<void> {
    await this.#reporting;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#lookWhoIsDone();
    });
  }

  #lookWhoIsDone(): void {
    for (const service of this.#leaving) if (service.settled) service.close();
    this.#leaving = this.#leaving.filter((each) => !each.settled);
    if (this.#waiting.length === 0 || !this.#all.every(({ settled }) => settled)) return;
    for (const done of this.#waiting.splice(0)) done();
  }
}
