/**
 * The nanny of one real server of one virtual server: what tries, the table, the peer and the
 * operator say, turned into a state and a weight.
 *
 * A pure machine: time is an argument, tries are run elsewhere (daemon/health/nannies.ts). It keeps
 * apart what is believed of the server (`verdict`) from what stands in the way of its traffic: an
 * inactive entry, the reentry wait, a kernel that refuses the entry. `health` follows from these
 * and is never set by itself. Invariant: a server of which nothing is known has no traffic.
 */
import { isDeepStrictEqual } from "node:util";
import { triedChecks } from "../config/config.ts";
import { addMs, earliest, type Instant, type Ms } from "../model/time.ts";
import {
  allAre,
  type CheckStanding,
  combined,
  type HealthVerdict,
  standing as standingAfter,
  toldParts,
  untried,
  weighedParts,
} from "./check-standing.ts";
import { calm, changed, type Flapping, heldHalfway, noted } from "./damping.ts";
import type { RealServerHealth, TryOutcome } from "./health.ts";
import { type Load, loadCause, loaded, noLoad, withFactor } from "./load/load.ts";
import { type NannyRules, rampRules, sameEndpoint } from "./nanny-rules.ts";
import { quiescedUntil } from "./quiescence.ts";
import { nextStepAt, type Ramp, rampAt, rampFound, startRamp, toldRamp } from "./ramp.ts";
import { weightOf } from "./table-weight.ts";

export type { HealthVerdict } from "./check-standing.ts";
export { type NannyRules, nannyRules } from "./nanny-rules.ts";

/** Where the verdict comes from. */
export type Source = "nobody" | "own" | "table" | "peer" | "configuration";

export interface Nanny {
  readonly rules: NannyRules;
  readonly health: RealServerHealth;
  /** Since when the state is what it is. */
  readonly since: Instant;
  /** Why the state is what it is; one line for people. */
  readonly cause: string;
  readonly verdict: HealthVerdict;
  readonly source: Source;
  /** How each of its checks stands, in the order of the configuration; none: empty. */
  readonly parts: readonly CheckStanding[];
  /** When the server came back from down; null once the reentry wait is over. */
  readonly recoveredAt: Instant | null;
  /** Its weight rises since it returned; null: it is whole, or there is none. */
  readonly ramp: Ramp | null;
  readonly flapping: Flapping;
  /** What its load monitor has found out, here or at the peer. */
  readonly load: Load;
  /** The kernel refuses the entry, which is offered to it again from time to time; or null. */
  readonly refusal: { readonly why: string } | null;
  /** Since when it is out of service; null: it is not. */
  readonly failedSince: Instant | null;
  /** Found in the table with weight 0: stays there, without traffic, until a verdict. */
  readonly foundQuiesced: boolean;
}

/** Everything that a nanny takes in. A new configuration comes by `reconfigure`. */
export type NannyInput =
  /** A try of the check has ended. */
  | {
      readonly kind: "tried";
      readonly outcome: TryOutcome;
      /** Which of several checks, from 0; left out: the first. */
      readonly which?: number;
    }
  /** The starting daemon found the server in the table, with this weight. */
  | { readonly kind: "adopted"; readonly weight: number }
  /** The peer, whose turn it is to check, says how the server stands. */
  | {
      readonly kind: "learned";
      readonly standing: "up" | "down";
      /** In which half the weight's rise is, or the hold; left out: there is none. */
      readonly half?: "first" | "second" | null;
    }
  /** The process before this one, which restarted on purpose, knew how the server stands. */
  | {
      readonly kind: "remembered";
      readonly standing: "up" | "down";
      readonly heldUntil?: Instant | null;
    }
  /** Its load monitor has found this out, here or at the peer. */
  | { readonly kind: "loaded"; readonly load: Load }
  /** The peer, or the process before this one, knows what weight its checks give it; null: none. */
  | { readonly kind: "weighed"; readonly checkedWeight: number | null }
  /** The kernel refused the server's entry, or its virtual server's, with this message. */
  | { readonly kind: "table-refused"; readonly why: string }
  /** The server's entry was read back from the kernel as it should be. */
  | { readonly kind: "table-accepted" }
  /** `wakeAt` has come. */
  | { readonly kind: "wake" };

/** A nanny that has heard nothing yet. */
export function startNanny(rules: NannyRules, now: Instant): Nanny {
  const known = rules.check.type === "none" || rules.start === "up";
  const verdict = known ? "up" : "unknown";
  const memory: Memory = {
    rules,
    verdict,
    source: known ? "configuration" : "nobody",
    parts: untried(rules.check, verdict),
    recoveredAt: null,
    ramp: null,
    flapping: calm,
    load: noLoad,
    refusal: null,
    failedSince: null,
    foundQuiesced: false,
  };
  return { ...memory, health: healthOf(memory, now), since: now, cause: startCause(rules) };
}

/** The check that people see of several: one that explains the verdict, else the first. */
export interface ShownCheck {
  readonly type: string;
  readonly lastMs: Ms | null;
  /** Begins with the type where there are several. */
  readonly lastError: string | null;
}

export function shownCheck({ rules, parts, verdict }: Nanny): ShownCheck {
  const { check } = rules;
  if (check.type !== "several") {
    const { lastMs = null, lastError = null } = parts[0] ?? {};
    return { type: check.type, lastMs, lastError };
  }
  const explains = ({ lastError, lastMs }: CheckStanding): boolean =>
    check.any && verdict === "up" ? lastError === null && lastMs !== null : lastError !== null;
  const at = Math.max(0, parts.findIndex(explains));
  const type = check.checks[at]?.type ?? check.type;
  const { lastMs = null, lastError = null } = parts[at] ?? {};
  return { type, lastMs, lastError: lastError === null ? null : `${type}: ${lastError}` };
}

function startCause(rules: NannyRules): string {
  const { active, maintenance } = rules;
  if (!active && maintenance !== undefined) return `${maintenance.kind} asked by ${maintenance.by}`;
  if (!active) return "inactive in the configuration";
  if (rules.check.type === "none") return "not checked";
  return rules.start === "up" ? "starts up by configuration" : "not checked yet";
}

/** What a nanny is after an input; the same object when nothing changed. */
export function step(nanny: Nanny, input: NannyInput, now: Instant): Nanny {
  switch (input.kind) {
    case "tried":
      return tried(nanny, input.outcome, input.which ?? 0, now);
    case "adopted":
      return adopted(nanny, input.weight, now);
    case "learned":
      return learned(nanny, input.standing, input.half ?? null, now);
    case "remembered":
      return remembered(nanny, input.standing, input.heldUntil ?? null, now);
    case "loaded":
      if (isDeepStrictEqual(nanny.load, input.load)) return nanny;
      return settle(nanny, { load: input.load }, loadCause(input.load), now);
    case "weighed":
      return weighed(nanny, weighedParts(nanny.parts, input.checkedWeight), now);
    case "table-refused":
      return refusedByTable(nanny, input.why, now);
    case "table-accepted":
      if (nanny.refusal === null) return nanny;
      return settle(nanny, { refusal: null }, "the kernel takes the entry again", now);
    case "wake":
      return woken(nanny, now);
    default:
      return input satisfies never;
  }
}

/** When the nanny wants a wake at the latest; early is harmless. Tries are not its business. */
export const wakeAt = (nanny: Nanny): Instant | null => {
  const { rules, health, recoveredAt, ramp, flapping, failedSince } = nanny;
  return earliest(
    recoveredAt === null ? null : addMs(recoveredAt, rules.reentry),
    ramp === null ? null : nextStepAt(rampRules(rules), ramp),
    flapping.heldUntil,
    health.tableWeight === 0 ? quiescedUntil(rules, failedSince) : null,
  );
};

/** Whether a nanny has tries to make: an active server with a check. */
export const checks = (rules: NannyRules): boolean => rules.active && rules.check.type !== "none";

/**
 * The nanny under new rules. Another endpoint is another machine, of which nothing is known; so is
 * a server that was inactive. A changed check restarts the counters and keeps the state. A changed
 * weight changes the weight only.
 */
export function reconfigure(nanny: Nanny, rules: NannyRules, now: Instant): Nanny {
  if (!sameEndpoint(nanny.rules, rules) || (rules.active && !nanny.rules.active))
    return startNanny(rules, now);
  const cause = rules.active ? "the configuration has changed" : startCause(rules);
  const { slowStart, weight, damping } = nanny.rules;
  const rises = slowStart === rules.slowStart && weight === rules.weight && rules.active;
  const held = isDeepStrictEqual(damping, rules.damping) && rules.active;
  const going = {
    ramp: rises ? nanny.ramp : null,
    flapping: held ? nanny.flapping : calm,
    load: rules.isLoadMonitored ? nanny.load : noLoad,
  };
  if (isDeepStrictEqual(nanny.rules.check, rules.check))
    return settle(nanny, { rules, ...going }, cause, now);
  const parts = untried(rules.check, nanny.verdict, shownCheck(nanny).lastMs);
  if (rules.check.type !== "none") return settle(nanny, { rules, parts, ...going }, cause, now);
  const verdict = {
    verdict: "up" as const,
    source: "configuration" as const,
    recoveredAt: null,
    ramp: null,
    flapping: calm,
    load: going.load,
  };
  return settle(nanny, { rules, parts, ...verdict }, startCause(rules), now);
}

type Memory = Omit<Nanny, "health" | "since" | "cause">;

/** The nanny with changed memory, and the state and weight that follow from it. */
function settle(before: Nanny, changed: Partial<Memory>, cause: string, now: Instant): Nanny {
  const next = { ...before, ...changed };
  const failedSince = isFailed(next, now) ? (before.failedSince ?? now) : null;
  const memory = { ...next, failedSince };
  const health = healthOf(memory, now);
  if (health.state === before.health.state) return { ...memory, health };
  return { ...memory, health, since: now, cause };
}

const isFailed = (memory: Memory, now: Instant): boolean =>
  memory.rules.active && ["down", "reentry"].includes(believedHealth(memory, now).state);

function healthOf(memory: Memory, now: Instant): RealServerHealth {
  const { rules, refusal } = memory;
  if (!rules.active) return { state: "disabled", tableWeight: null };
  const believed = loaded(believedHealth(memory, now), memory.load, rules);
  if (refusal === null) return believed;
  // It stays wanted; the table goes on without it until the kernel takes it.
  return { state: "down", tableWeight: believed.tableWeight };
}

function believedHealth(memory: Memory, now: Instant): RealServerHealth {
  const { rules, verdict, recoveredAt } = memory;
  const until = quiescedUntil(rules, memory.failedSince);
  const quiesced = rules.quiesce && (until === null || now < until) ? 0 : null;
  if (verdict === "unknown")
    return { state: "checking", tableWeight: memory.foundQuiesced ? 0 : null };
  if (verdict === "down" || memory.flapping.heldUntil !== null)
    return { state: "down", tableWeight: quiesced };
  if (recoveredAt !== null && now < addMs(recoveredAt, rules.reentry))
    return { state: "reentry", tableWeight: quiesced };
  return { state: "up", ...weightOf(rampRules(rules), memory.parts, memory.ramp) };
}

/** What a return to traffic at `from` begins. */
const rising = (rules: NannyRules, from: Instant): Pick<Memory, "ramp"> => ({
  ramp: startRamp(rampRules(rules), from),
});

function tried(nanny: Nanny, outcome: TryOutcome, which: number, now: Instant): Nanny {
  const { rules, verdict } = nanny;
  const check = triedChecks(rules.check)[which];
  const before = nanny.parts[which];
  if (!rules.active || check === undefined || before === undefined) return nanny;
  const part = standingAfter(before, check, outcome, nanny.recoveredAt !== null);
  const parts = nanny.parts.with(which, part);
  const together = combined(parts, rules.check.type === "several" && rules.check.any);
  if (together === verdict) return settle(nanny, { parts }, nanny.cause, now);
  const flapping =
    verdict === "unknown" ? nanny.flapping : changed(nanny.flapping, rules.damping, now);
  const own = { parts, verdict: together, source: "own", flapping } as const;
  const named = rules.check.type === "several" ? `${check.type}: ` : "";
  if (outcome.kind === "passed") {
    const recoveredAt = verdict === "down" && rules.reentry > 0 ? now : null;
    const { rise } = check;
    const cause = rise === 1 ? "a check passed" : `${rise} checks in a row passed`;
    const back = verdict === "down" && flapping.heldUntil === null;
    const { ramp } = back ? rising(rules, addMs(now, rules.reentry)) : nanny;
    return settle(nanny, { ...own, recoveredAt, ramp }, cause, now);
  }
  const why = `${named}${outcome.why}`;
  const cause = part.failures === 1 ? why : `${why} (${part.failures} tries in a row)`;
  return settle(nanny, { ...own, recoveredAt: null, ramp: null }, cause, now);
}

/** Only a nanny that knows nothing of its own believes what the table says. */
function adopted(nanny: Nanny, weight: number, now: Instant): Nanny {
  if (nanny.verdict !== "unknown") return nanny;
  if (weight === 0 && nanny.rules.weight > 0) {
    const changed = { foundQuiesced: true };
    return settle(nanny, changed, nanny.cause, now);
  }
  const { rules } = nanny;
  // Between a load and a rise the table does not say which: a load is asked for again soon.
  const isWeighed = weight > 0 && rules.weight > 0 && weight !== rules.weight;
  const isLoad = rules.isLoadMonitored && isWeighed;
  const ramp = isLoad ? null : rampFound(rampRules(rules), weight, now);
  const load = isLoad ? withFactor(nanny.load, weight / rules.weight) : nanny.load;
  const up = {
    verdict: "up",
    source: "table",
    parts: allAre(nanny.parts, "up"),
    ramp,
    load,
  } as const;
  return settle(nanny, up, "found in the table", now);
}

/** The active router has done the counting and the waiting: what it says holds at once. */
function learned(
  nanny: Nanny,
  standing: "up" | "down",
  half: "first" | "second" | null,
  now: Instant,
): Nanny {
  const { rules, verdict } = nanny;
  if (!checks(rules)) return nanny;
  const ramp =
    standing === "down"
      ? null
      : verdict === "down"
        ? rising(rules, now).ramp
        : toldRamp(
            rampRules(rules),
            nanny.ramp,
            verdict === "up" && nanny.source === "peer" ? null : half,
            now,
          );
  const { damping } = rules;
  const heldUntil =
    standing === "up" || half === null || damping === "off"
      ? null
      : (nanny.flapping.heldUntil ?? heldHalfway(damping, half, now));
  const same =
    verdict === standing &&
    nanny.source === "peer" &&
    nanny.recoveredAt === null &&
    nanny.flapping.heldUntil === heldUntil &&
    nanny.ramp === ramp;
  if (same) return nanny;
  const counted =
    verdict !== "unknown" && verdict !== standing
      ? noted(nanny.flapping, rules.damping, now)
      : nanny.flapping;
  const belief = { verdict: standing, source: "peer", recoveredAt: null, ramp } as const;
  const parts =
    nanny.source === "peer" && verdict === standing
      ? nanny.parts
      : toldParts(rules.check, nanny.parts, standing);
  const flapping = { ...counted, heldUntil };
  return settle(nanny, { ...belief, parts, flapping }, `the peer says ${standing}`, now);
}

/** As if this process had found it out itself, unless it has. */
function remembered(
  nanny: Nanny,
  standing: "up" | "down",
  heldUntil: Instant | null,
  now: Instant,
): Nanny {
  if (!checks(nanny.rules) || nanny.source === "own" || nanny.source === "peer") return nanny;
  const belief = {
    verdict: standing,
    source: "own",
    parts: allAre(nanny.parts, standing),
  } as const;
  const flapping = nanny.rules.damping === "off" ? calm : { ...nanny.flapping, heldUntil };
  return settle(nanny, { ...belief, flapping }, `${standing} before the restart`, now);
}

const weighed = (nanny: Nanny, parts: Nanny["parts"], now: Instant): Nanny =>
  parts === nanny.parts ? nanny : settle(nanny, { parts }, nanny.cause, now);

function refusedByTable(nanny: Nanny, why: string, now: Instant): Nanny {
  return settle(nanny, { refusal: { why } }, `the kernel refuses the entry: ${why}`, now);
}

function woken(before: Nanny, now: Instant): Nanny {
  let nanny = before;
  const { rules, recoveredAt, ramp, flapping } = nanny;
  if (flapping.heldUntil !== null && now >= flapping.heldUntil) {
    const back = nanny.verdict === "up" ? rising(rules, now) : {};
    nanny = settle(nanny, { flapping: calm, recoveredAt: null, ...back }, "the hold is over", now);
  } else if (recoveredAt !== null && now >= addMs(recoveredAt, rules.reentry))
    nanny = settle(nanny, { recoveredAt: null }, "the reentry wait is over", now);
  else if (ramp !== null) {
    const next = rampAt(rampRules(rules), ramp, now);
    if (next !== ramp) nanny = settle(nanny, { ramp: next }, nanny.cause, now);
  }
  const until = quiescedUntil(nanny.rules, nanny.failedSince);
  const isOver = nanny.health.tableWeight === 0 && until !== null && now >= until;
  return isOver ? settle(nanny, {}, nanny.cause, now) : nanny;
}
