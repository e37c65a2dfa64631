/**
 * One failover service: what runs on the active router only, as a machine of values.
 *
 * Fed with what is wanted, how its commands ended and what its check says; asks for one command at
 * a time. The newest goal wins: a start that is no longer wanted is ended, and `stop` cleans up
 * after it. Invariant: nothing is called `stopped` but what `stop` has stopped.
 *
 * A failure makes the router unfit. A standby cannot know whether its service would start, so the
 * router that failed stays unfit for a while that doubles from one activation that failed to the
 * next: two routers on which a service is broken give it to each other ever more seldom.
 */
import {
  addMs,
  between,
  earliest,
  type Instant,
  type Ms,
  ms,
  printDuration,
  seconds,
} from "../model/time.ts";
import type { Router } from "./router.ts";

/** `unknown`: not found out yet, as at the start of lvsd. */
export const serviceStates = [
  "unknown",
  "stopped",
  "starting",
  "running",
  "stopping",
  "failed",
] as const;
export type ServiceState = (typeof serviceStates)[number];

/** `undecided`: the router has just been started and knows nothing yet. */
export type ServiceGoal = "run" | "rest" | "undecided";

/** What the state of the router, and that of its peer, mean for its services. */
export function serviceGoal(
  { state, vipHold }: Pick<Router, "state" | "vipHold">,
  peerActive: boolean,
): ServiceGoal {
  if (state === "active" && vipHold === "held") return "run";
  return state === "starting" && !peerActive ? "undecided" : "rest";
}

/**
 * Whether what is being released goes to a peer that waits for it and could wait a little longer.
 */
export const isPlanned = ({ grant }: Pick<Router, "grant">): boolean =>
  grant !== null && ["switchover", "failback", "stop"].includes(grant.cause);

export type ServiceCommand = "start" | "stop";

export interface ServiceRules {
  /** Bounds `start` with the first passed check. The commands' own end is the runner's business. */
  readonly timeout: Ms;
  readonly checked: boolean;
  /** Tries in a row that fail a running service, and that show a started one to run. */
  readonly fall: number;
  readonly rise: number;
}

/** Why it did not start, or ceased to work. */
export interface Trouble {
  readonly why: string;
  readonly at: Instant;
}

export interface FailoverService {
  readonly rules: ServiceRules;
  readonly goal: ServiceGoal;
  readonly state: ServiceState;
  /** When and why the state was entered. */
  readonly since: Instant;
  readonly cause: string;
  readonly underWay: ServiceCommand | null;
  /** The command under way has been asked to end. */
  readonly aborted: boolean;
  readonly startedAt: Instant;
  readonly passes: number;
  readonly fails: number;
  /** What the last try of the check complained of; null: nothing. */
  readonly complaint: string | null;
  /** What runs was started by another command than the present one. */
  readonly stale: boolean;
  readonly trouble: Trouble | null;
  /** Why the last `stop` failed: it may run although it should not; null: it did not fail. */
  readonly stuck: string | null;
  /** Activations in a row in which it failed. */
  readonly failures: number;
  /** The present activation is among them. */
  readonly counted: boolean;
  readonly retries: number;
  readonly retryAt: Instant | null;
}

export type ServiceInput =
  | { readonly kind: "wake" }
  /**
   * `afresh`: an operator's switchover brought the router to this, what was before is forgotten.
   */
  | { readonly kind: "goal"; readonly goal: ServiceGoal; readonly afresh: boolean }
  /** The command under way has ended; `why` is null when it did what it should. */
  | { readonly kind: "ended"; readonly why: string | null }
  /** A try of the check has ended; `why` is null when it passed. */
  | { readonly kind: "tried"; readonly why: string | null }
  /** A reload. `stale`: what runs was started by another command. Failures are forgiven. */
  | { readonly kind: "rules"; readonly rules: ServiceRules; readonly stale: boolean };

/** What is to be done: run a command, or end the one that runs. */
export type Order = ServiceCommand | "abort";

export interface ServiceStep {
  readonly service: FailoverService;
  readonly order: Order | null;
}

/** Rest before the first try to start again on the router that stays active; doubles. */
const retryFirst: Ms = seconds(5);
const retryMax: Ms = seconds(60);
/** How long a router is unfit after the first activation that failed; doubles. */
const holdFirst: Ms = seconds(300);
const holdMax: Ms = seconds(86_400);
/** A service that has run for so long is sound: earlier failures are forgotten. */
const soundAfter: Ms = seconds(3600);

/** A service of which nothing is known, or that a predecessor left running on purpose. */
export const startService = (
  rules: ServiceRules,
  found: "unknown" | "running",
  now: Instant,
): FailoverService => ({
  rules,
  goal: "undecided",
  state: found,
  since: now,
  cause: found === "running" ? "kept over the restart" : "lvsd has just been started",
  underWay: null,
  aborted: false,
  startedAt: now,
  passes: 0,
  fails: 0,
  complaint: null,
  stale: false,
  trouble: null,
  stuck: null,
  failures: 0,
  counted: false,
  retries: 0,
  retryAt: null,
});

/** How long the router is held unfit after the last failure. */
export const holdOf = ({ failures }: FailoverService): Ms =>
  ms(Math.min(holdMax, holdFirst * 2 ** Math.min(Math.max(failures - 1, 0), 20)));

/** Whether the check is to be tried now. */
export const isChecked = ({ rules, state, underWay }: FailoverService): boolean =>
  rules.checked && underWay === null && (state === "starting" || state === "running");

/** Feeds one input; at most one thing is to be done about it. */
export function stepService(
  before: FailoverService,
  input: ServiceInput,
  now: Instant,
): ServiceStep {
  return decide(absorb(before, input, now), now);
}

function absorb(service: FailoverService, input: ServiceInput, now: Instant): FailoverService {
  switch (input.kind) {
    case "wake":
      return service;
    case "goal":
      return wanted(service, input.goal, input.afresh);
    case "ended":
      return ended(service, input.why, now);
    case "tried":
      return tried(service, input.why, now);
    case "rules":
      return reloaded(service, input.rules, input.stale, now);
    default:
      return input satisfies never;
  }
}

function wanted(service: FailoverService, goal: ServiceGoal, afresh: boolean): FailoverService {
  if (goal === service.goal) return service;
  const next = { ...service, goal, retries: 0, counted: false };
  return goal === "run" && afresh ? { ...next, failures: 0, trouble: null } : next;
}

function reloaded(
  service: FailoverService,
  rules: ServiceRules,
  stale: boolean,
  now: Instant,
): FailoverService {
  const forgiven = { failures: 0, counted: false, retries: 0 };
  const retryAt = service.retryAt === null ? null : now;
  const trouble = service.goal === "run" ? service.trouble : null;
  const next = { ...service, ...forgiven, rules, retryAt, trouble, passes: 0, fails: 0 };
  return { ...next, stale: service.stale || stale };
}

function ended(service: FailoverService, why: string | null, now: Instant): FailoverService {
  const { underWay, goal, rules } = service;
  const next = { ...service, underWay: null, aborted: false };
  if (underWay === "stop") {
    // A start may succeed all the same, and is what is wanted.
    if (why !== null && goal !== "run") return stuck(next, why, now);
    return entered({ ...next, stuck: null, stale: false }, "stopped", "stop has ended", now);
  }
  // What is left of a start that is not wanted any more is for `stop` to clean up.
  const givenUp = goal !== "run" || (service.aborted && why !== null);
  if (givenUp) return entered(next, "unknown", "start was given up", now);
  if (why !== null) return failed(next, `start failed: ${why}`, now);
  if (rules.checked) return { ...next, passes: 0, fails: 0, complaint: null };
  return running(next, "start has ended with status 0", now);
}

function tried(service: FailoverService, why: string | null, now: Instant): FailoverService {
  if (!isChecked(service)) return service;
  const { rules, state } = service;
  const passes = why === null ? service.passes + 1 : 0;
  const fails = why === null ? 0 : service.fails + 1;
  const next = { ...service, passes, fails, complaint: why };
  if (state === "starting" && why !== null)
    return { ...next, cause: `its check has not passed yet: ${why}` };
  if (state === "starting")
    return passes >= rules.rise ? running(next, "its check passed", now) : next;
  if (fails < rules.fall || why === null) return next;
  const often = fails === 1 ? "" : ` (${fails} tries in a row)`;
  return failed(next, `its check failed: ${why}${often}`, now);
}

const running = (service: FailoverService, cause: string, now: Instant): FailoverService =>
  entered(
    { ...service, trouble: null, stuck: null, retries: 0, retryAt: null },
    "running",
    cause,
    now,
  );

function failed(service: FailoverService, why: string, now: Instant): FailoverService {
  const earlier = proven(service, now) ? 0 : service.failures;
  const failures = service.counted ? earlier : earlier + 1;
  const next = { ...service, failures, counted: true, trouble: { why, at: now } };
  return entered({ ...next, ...retryOf(service, now) }, "failed", why, now);
}

function stuck(service: FailoverService, why: string, now: Instant): FailoverService {
  const cause = `stop failed: ${why}`;
  return entered({ ...service, stuck: cause, ...retryOf(service, now) }, "failed", cause, now);
}

function retryOf({ retries }: FailoverService, now: Instant) {
  const rest = ms(Math.min(retryMax, retryFirst * 2 ** Math.min(retries, 10)));
  return { retries: retries + 1, retryAt: addMs(now, rest) };
}

const proven = ({ state, since }: FailoverService, now: Instant): boolean =>
  state === "running" && between(since, now) >= soundAfter;

const entered = (
  service: FailoverService,
  state: ServiceState,
  cause: string,
  now: Instant,
): FailoverService => ({ ...service, state, since: now, cause });

function decide(service: FailoverService, now: Instant): ServiceStep {
  const { underWay, goal, aborted } = service;
  if (underWay === "start" && goal !== "run" && !aborted)
    return { service: { ...service, aborted: true }, order: "abort" };
  if (underWay !== null) return { service, order: null };
  if (goal === "run") return decideToRun(service, now);
  if (goal === "rest") return decideToRest(service, now);
  return { service, order: null };
}

function decideToRun(service: FailoverService, now: Instant): ServiceStep {
  const { state, rules, startedAt, retryAt } = service;
  switch (state) {
    case "unknown":
    case "stopped":
      return start(service, now);
    case "starting": {
      // A reload has taken the check away that was waited for.
      if (!rules.checked)
        return { service: running(service, "it is not checked", now), order: null };
      if (now < addMs(startedAt, rules.timeout)) return { service, order: null };
      const why = `start failed: no check passed within ${printDuration(rules.timeout)}`;
      const said = service.complaint === null ? why : `${why}: ${service.complaint}`;
      return { service: failed(service, said, now), order: null };
    }
    case "running":
      return service.stale ? stop(service, "its start has changed", now) : { service, order: null };
    case "failed":
      if (service.stuck !== null) return start(service, now);
      if (now < (retryAt ?? now)) return { service, order: null };
      return stop(service, "it is to be started again", now);
    case "stopping":
      return { service, order: null };
    default:
      return state satisfies never;
  }
}

function decideToRest(service: FailoverService, now: Instant): ServiceStep {
  const { state, retryAt } = service;
  if (state === "stopped") return { service: relieved(service, now), order: null };
  const isAgain = state === "failed" && service.stuck !== null;
  if (isAgain && now < (retryAt ?? now)) return { service, order: null };
  const sound = proven(service, now) ? { ...service, failures: 0 } : service;
  return stop(sound, "the router is not active", now);
}

/** The time for which a failure is held against the router may be over. */
const relieved = (service: FailoverService, now: Instant): FailoverService =>
  service.trouble !== null && now >= addMs(service.trouble.at, holdOf(service))
    ? { ...service, trouble: null }
    : service;

const start = (service: FailoverService, now: Instant): ServiceStep => ({
  service: {
    ...entered(service, "starting", "the router is active", now),
    underWay: "start",
    startedAt: now,
    stale: false,
    retryAt: null,
  },
  order: "start",
});

const stop = (service: FailoverService, cause: string, now: Instant): ServiceStep => ({
  service: { ...entered(service, "stopping", cause, now), underWay: "stop", retryAt: null },
  order: "stop",
});

/** When `stepService` wants a wake at the latest; null: never. Early wakes are harmless. */
export function serviceWakeAt(service: FailoverService): Instant | null {
  const { state, underWay, rules, startedAt, retryAt, trouble, goal } = service;
  if (underWay !== null) return null;
  const judged = state === "starting" ? addMs(startedAt, rules.timeout) : null;
  const relief = goal !== "run" && trouble !== null ? addMs(trouble.at, holdOf(service)) : null;
  return earliest(judged, state === "failed" ? retryAt : null, state === "stopped" ? relief : null);
}
