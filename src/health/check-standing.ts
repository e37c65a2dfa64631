/**
 * How one check of a real server stands, and what several of them say together. A real server with
 * one check stands as that check does.
 */
import { type Checks, type TriedCheck, triedChecks } from "../config/config.ts";
import type { Ms } from "../model/time.ts";
import type { TryOutcome } from "./health.ts";

/** What is believed of a server, whatever stands in the way of its traffic. */
export type HealthVerdict = "unknown" | "up" | "down";

/** How one check of a real server stands. */
export interface CheckStanding {
  readonly verdict: HealthVerdict;
  /** Own tries in a row with one result; one of the two is 0. */
  readonly passes: number;
  readonly failures: number;
  /** Length of the last try, and its reason if it failed. */
  readonly lastMs: Ms | null;
  readonly lastError: string | null;
  /** The weight that its last passed try gave the server; null: none. */
  readonly weight: number | null;
}

/** Parts of which nothing is known but a common verdict. */
export const untried = (
  check: Checks,
  verdict: HealthVerdict,
  lastMs: Ms | null = null,
): readonly CheckStanding[] =>
  triedChecks(check).map(() => ({
    verdict,
    passes: 0,
    failures: 0,
    lastMs,
    lastError: null,
    weight: null,
  }));

/** The parts, each with the same verdict. */
export const allAre = (
  parts: readonly CheckStanding[],
  verdict: HealthVerdict,
): readonly CheckStanding[] => parts.map((part) => ({ ...part, verdict }));

/** Parts of which the peer says how they stand. The weights that it said stay. */
export const toldParts = (
  check: Checks,
  before: readonly CheckStanding[],
  verdict: HealthVerdict,
): readonly CheckStanding[] =>
  untried(check, verdict).map((part, at) => ({ ...part, weight: before[at]?.weight ?? null }));

/** With a weight that is known from elsewhere, unless own tries say something of weights. */
export function weighedParts(
  parts: readonly CheckStanding[],
  weight: number | null,
): readonly CheckStanding[] {
  const isOwn = ({ passes, failures }: CheckStanding): boolean => passes > 0 || failures > 0;
  if (parts.some(isOwn) || parts.every((part) => part.weight === weight)) return parts;
  return parts.map((part) => ({ ...part, weight }));
}

/** One check after a try. A server that waits for its reentry has no traffic to lose. */
export function standing(
  before: CheckStanding,
  { fall, rise }: TriedCheck,
  outcome: TryOutcome,
  waiting: boolean,
): CheckStanding {
  if (outcome.kind === "passed") {
    const passes = before.passes + 1;
    const verdict = passes >= rise ? "up" : before.verdict;
    const weight = outcome.weight ?? null;
    return { verdict, passes, failures: 0, lastMs: outcome.took, lastError: null, weight };
  }
  const failures = before.failures + 1;
  const verdict = failures >= fall || waiting ? "down" : before.verdict;
  const last = { lastMs: outcome.took, lastError: outcome.why, weight: before.weight };
  return { verdict, passes: 0, failures, ...last };
}

/** What the checks say together; `any`: one that is up suffices. */
export function combined(parts: readonly CheckStanding[], any: boolean): HealthVerdict {
  const [enough, lacking] = any ? (["up", "down"] as const) : (["down", "up"] as const);
  if (parts.some(({ verdict }) => verdict === enough)) return enough;
  return parts.every(({ verdict }) => verdict === lacking) ? lacking : "unknown";
}
