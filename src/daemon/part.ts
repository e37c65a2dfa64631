/**
 * What a part of a router that serves may have, and what it is built with. A part is its room and
 * one line in the list of serving.ts; from its hooks here follow where it takes part in starting,
 * reloading, faults, failback, status and the end. All hooks are optional.
 *
 * Hooks are called in the order of the list, those of the end in reverse. None of them throws:
 * what the machine refuses is reported, or becomes a fault.
 */
import type { Status } from "../control/api.ts";
import type { Router } from "../failover/router.ts";
import type { Fault } from "../model/router.ts";
import type { Instant } from "../model/time.ts";
import type { Interface } from "../system/ip/ip.ts";
import type { Running } from "./config/running.ts";
import type { Doors } from "./doors.ts";
import type { Memory } from "./restart/restart-state.ts";

/** What every part is built with. */
export interface PartContext {
  readonly doors: Doors;
  /** The configuration in force, as it is on this machine. */
  readonly running: () => Running;
  /** Some part's `faults()` answers differently now. */
  readonly faultsChanged: () => void;
  /** Some part's `missing()` answers differently now. */
  readonly missingChanged: () => void;
}

/** How a router ends: `stop` cleans up, `leave` hands everything to the next process. */
export type Ending = "stop" | "leave";

/** What instants mean to those who read a status. */
export interface StatusClock {
  readonly now: Instant;
  /** ISO 8601, UTC. */
  wallClockOf(at: Instant): string;
}

export interface Part {
  /** What the process before this one knew; once, before the first `configure`. */
  recall?(memory: Memory): void;
  /** Takes over a configuration, touching only what changed. `before` is null at the start. */
  configure?(next: Running, before: Running | null): void | Promise<void>;
  /** Begins to work; once, when every part has its configuration. */
  start?(): void | Promise<void>;
  /** Makes a reloaded configuration true, when every part has it. */
  reloaded?(): void | Promise<void>;
  /** Gives up what only the configuration before a reload needed, when the new one is true. */
  settle?(): void | Promise<void>;

  /** The machine's devices, each time they were read. */
  interfacesRead?(interfaces: readonly Interface[]): void;
  /** After every step of the failover machine. Cheap: heartbeats wait for it. */
  stepped?(router: Router): void;
  /** Why this router is unfit to be active; each change is to be followed by `faultsChanged`. */
  faults?(): readonly Fault[];
  /**
   * What an automatic failback to this router is to wait for; null: nothing. Each change is to be
   * followed by `missingChanged`.
   */
  missing?(): string | null;
  /** The fields of `lvsd status` that this part fills in. */
  status?(clock: StatusClock): Partial<Status>;

  /** What the next process is to know; asked of all parts before the first of them ends. */
  remember?(): Partial<Memory>;
  /** Ends the work: nothing begins any more, and what takes long begins to end. */
  close?(ending: Ending): void | Promise<void>;
  /** Undoes what it did to the machine, after `close`; bounded by `within` where it may hang. */
  stop?(): Promise<void>;
  /** Leaves to the next process what it did to the machine, after `close`. */
  leave?(): Promise<void>;
}
