/**
 * A probe: one check of one endpoint, however many nannies want its result, and its place in time.
 *
 * Its tries lie on a grid of its own, one per interval, with a phase that it keeps for life: probes
 * are spread evenly, do not drift, and spread out again after the process was paused. Those whose
 * tries would begin within the same few milliseconds begin together: every wake-up of the process
 * costs about as much as a try.
 */
import { createHash } from "node:crypto";
import { typeNamed } from "../../check/check-types.ts";
import { type Endpoint, targetIdentity } from "../../checks/target.ts";
import type { TriedCheck } from "../../config/config.ts";
import type { RealServerKey } from "../../health/health.ts";
import { addMs, between, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import type { Appointment } from "../agenda.ts";

/**
 * What hurried tries (hurry.ts) came to; unknown: they were given up, or said nothing of the
 * server.
 */
export type Hurried = "passed" | "failed" | "unknown";

/** Tries that do not wait for the grid. */
export interface Hurry {
  /** A try that began before that says nothing about what is asked. */
  readonly since: Instant;
  /** So many more failures end it. */
  readonly left: number;
  /** From one failed try to the next: a service that is just being replaced listens again soon. */
  readonly pause: Ms;
  readonly ended: readonly ((how: Hurried) => void)[];
}

export interface Probe {
  readonly key: string;
  readonly check: TriedCheck;
  readonly endpoint: Endpoint;
  /** Place within the interval, from 0 to below 1. */
  readonly phase: number;
  /** What wants the result; empty: nothing any more. */
  readonly nannies: Set<RealServerKey>;
  /** Idle until its appointment; waiting for room among the tries under way; trying. */
  doing: "idle" | "waiting" | "trying";
  next: Appointment | null;
  /** Ends the try under way. */
  stop: AbortController | null;
  /** Whether a try has ended with a verdict since the probe began, or began again. */
  known: boolean;
  /** Tries that do not wait for the grid; null: none are asked for. */
  hurry: Hurry | null;
  /** Failed tries in a row. */
  failures: number;
  /** The last try was thrown away, because this process was asleep meanwhile. */
  discarded: boolean;
  /** When its server's certificate was warned of; null: there was nothing to warn of. */
  certificateWarned: Instant | null;
}

/**
 * Equal for probes that do the same; how often a nanny wants it to pass or fail is its own affair.
 */
export function probeKey(check: TriedCheck, endpoint: Endpoint): string {
  const { fall: _fall, rise: _rise, ...how } = check;
  const { address: _address, port: _port, ...rest } = { address: null, port: null, ...how };
  const text = JSON.stringify(sorted({ ...rest, ...targetIdentity(check, endpoint) }));
  return createHash("sha256").update(text).digest("base64");
}

/** The same value with the keys of its objects in order and its bytes as text. */
function sorted(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, sorted(each)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Phases that fill an interval evenly however many there are: steps of the golden ratio leave gaps
 * that differ by a factor of 2.7 at most (the three-distance theorem).
 */
export const phaseOf = (count: number): number => (count * 0.618033988749895) % 1;

export const makeProbe = (
  key: string,
  check: TriedCheck,
  endpoint: Endpoint,
  phase: number,
): Probe => ({
  key,
  check,
  endpoint,
  phase,
  nannies: new Set(),
  doing: "idle",
  next: null,
  stop: null,
  known: false,
  hurry: null,
  failures: 0,
  discarded: false,
  certificateWarned: null,
});

/** Tries begin together within as much. */
const together = ms(10);

/** Programs are not among them: each start of a process holds the loop up for milliseconds. */
function offsetOf({ check, phase }: Probe): Ms {
  const exact = phase * check.interval;
  const { runs } = typeNamed(check.type);
  const startsProcess = runs.by === "driver" && runs.startsProcess === true;
  return ms(startsProcess ? exact : Math.floor(exact / together) * together);
}

/** The probe's next point of its grid, half an interval after `started` at the earliest. */
export function nextStart(probe: Probe, origin: Instant, started: Instant): Instant {
  const { interval } = probe.check;
  const base = addMs(origin, offsetOf(probe));
  const elapsed = between(base, started) + interval / 2;
  return addMs(base, ms(Math.ceil(elapsed / interval) * interval));
}

/** First tries begin one after another at this distance, */
const firstDistance = ms(2);
/** but all of them within this time. */
const firstRoundMax = seconds(1);

/** How long the first try of the probe waits that is at this place among so many. */
export function firstWait({ check }: Probe, index: number, count: number): Ms {
  const window = Math.min(firstRoundMax, count * firstDistance);
  return ms(Math.min(window, check.interval) * (index / count));
}
