/**
 * The nanny of one real server of one virtual server: what tries, the table, the peer and the
 * operator say, turned into a state and a weight.
 *
 * A pure machine: time is an argument, tries are run elsewhere (daemon/health/nannies.ts). It keeps apart
 * what is believed of the server (`verdict`) from what stands in the way of its traffic: an
 * inactive entry, the reentry wait, a kernel that refuses the entry. `health` follows from these
 * and is never set by itself. Invariant: a server of which nothing is known has no traffic.
 */
import { isDeepStrictEqual } from "node:util";
import type { Check, RealServer, VirtualServer } from "../config/config.ts";
import { type IpAddress, printEndpoint } from "../model/address.ts";
import type { EventBody } from "../model/event.ts";
import { addMs, type Instant, type Ms } from "../model/time.ts";
import {
  type Outcome,
  type RealServerHealth,
  type RealServerKey,
  realServerKey,
} from "./health.ts";

/** What a nanny needs of the configuration. */
export interface NannyRules {
  readonly key: RealServerKey;
  readonly virtualServer: string;
  readonly realServer: string;
  readonly address: IpAddress;
  readonly port: number;
  /** False when the real server or its virtual server is inactive. */
  readonly active: boolean;
  readonly weight: number;
  readonly quiesce: boolean;
  readonly reentry: Ms;
  readonly start: "checking" | "up";
  readonly check: Check;
}

/** What is believed of a server, whatever stands in the way of its traffic. */
export type Verdict = "unknown" | "up" | "down";

/** Whom the verdict comes from. */
export type Source = "nobody" | "own" | "table" | "peer" | "configuration";

export interface Nanny {
  readonly rules: NannyRules;
  readonly health: RealServerHealth;
  /** Since when the state is what it is. */
  readonly since: Instant;
  /** Why the state is what it is; one line for people. */
  readonly cause: string;
  readonly verdict: Verdict;
  readonly source: Source;
  /** Own tries in a row with one result; one of the two is 0. */
  readonly passes: number;
  readonly failures: number;
  /** When the server came back from down; null once the reentry wait is over. */
  readonly recoveredAt: Instant | null;
  /** The kernel refuses the entry, which is offered to it again from time to time; or null. */
  readonly refusal: { readonly why: string } | null;
  /** Found in the table with weight 0: stays there, without traffic, until a verdict. */
  readonly foundQuiesced: boolean;
  /** Length of the last try, and its reason if it failed. */
  readonly lastMs: Ms | null;
  readonly lastError: string | null;
}

/** Everything a nanny can be told. A new configuration comes by `reconfigure`. */
export type NannyInput =
  /** A try of the check has ended. */
  | { readonly kind: "tried"; readonly outcome: Outcome }
  /** The starting daemon found the server in the table, with this weight. */
  | { readonly kind: "adopted"; readonly weight: number }
  /** The peer, whose turn it is to check, says how the server stands. */
  | { readonly kind: "told"; readonly standing: "up" | "down" }
  /** The process before this one, which restarted on purpose, knew how the server stands. */
  | { readonly kind: "remembered"; readonly standing: "up" | "down" }
  /** The kernel refused the server's entry, or its virtual server's, with this message. */
  | { readonly kind: "table-refused"; readonly why: string }
  /** The server's entry was read back from the kernel as it should be. */
  | { readonly kind: "table-accepted" }
  /** `wakeAt` has come. */
  | { readonly kind: "wake" };

/** The rules of one real server. */
export const nannyRules = (virtualServer: VirtualServer, realServer: RealServer): NannyRules => ({
  key: realServerKey(virtualServer.name, realServer.name),
  virtualServer: virtualServer.name,
  realServer: realServer.name,
  address: realServer.address,
  port: realServer.port,
  active: virtualServer.active && realServer.active,
  weight: realServer.weight,
  quiesce: virtualServer.quiesce,
  reentry: virtualServer.reentry,
  start: virtualServer.start,
  check: realServer.check,
});

/** A nanny that has heard nothing yet. */
export function startNanny(rules: NannyRules, now: Instant): Nanny {
  const known = rules.check.type === "none" || rules.start === "up";
  const memory: Memory = {
    rules,
    verdict: known ? "up" : "unknown",
    source: known ? "configuration" : "nobody",
    passes: 0,
    failures: 0,
    recoveredAt: null,
    refusal: null,
    foundQuiesced: false,
    lastMs: null,
    lastError: null,
  };
  return { ...memory, health: healthOf(memory, now), since: now, cause: startCause(rules) };
}

function startCause(rules: NannyRules): string {
  if (!rules.active) return "inactive in the configuration";
  if (rules.check.type === "none") return "not checked";
  return rules.start === "up" ? "starts up by configuration" : "not checked yet";
}

/** What a nanny is after an input; the same object when nothing changed. */
export function step(nanny: Nanny, input: NannyInput, now: Instant): Nanny {
  switch (input.kind) {
    case "tried":
      return tried(nanny, input.outcome, now);
    case "adopted":
      return adopted(nanny, input.weight, now);
    case "told":
      return told(nanny, input.standing, now);
    case "remembered":
      return remembered(nanny, input.standing, now);
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
export const wakeAt = (nanny: Nanny): Instant | null =>
  nanny.recoveredAt === null ? null : addMs(nanny.recoveredAt, nanny.rules.reentry);

/** Whether a nanny has tries to make: an active server with a check. */
export const checks = (rules: NannyRules): boolean => rules.active && rules.check.type !== "none";

/**
 * Whether a reload leaves the nanny's tries as they are: same endpoint and same check, so its
 * timer and even a try under way go on.
 */
export const sameNanny = (before: NannyRules, after: NannyRules): boolean =>
  sameEndpoint(before, after) &&
  before.active === after.active &&
  isDeepStrictEqual(before.check, after.check);

/**
 * The nanny under new rules. Another endpoint is another machine, of which nothing is known; so is
 * a server that was inactive. A changed check restarts the counters and keeps the state. A changed
 * weight changes the weight only.
 */
export function reconfigure(nanny: Nanny, rules: NannyRules, now: Instant): Nanny {
  if (!sameEndpoint(nanny.rules, rules) || (rules.active && !nanny.rules.active))
    return startNanny(rules, now);
  const cause = rules.active ? "the configuration has changed" : startCause(rules);
  if (isDeepStrictEqual(nanny.rules.check, rules.check))
    return settle(nanny, { rules }, cause, now);
  const counters = { passes: 0, failures: 0, lastError: null };
  if (rules.check.type !== "none") return settle(nanny, { rules, ...counters }, cause, now);
  const verdict = { verdict: "up", source: "configuration", recoveredAt: null } as const;
  return settle(nanny, { rules, ...counters, ...verdict }, startCause(rules), now);
}

const sameEndpoint = (before: NannyRules, after: NannyRules): boolean =>
  before.key === after.key && before.address === after.address && before.port === after.port;

/** What operators read when the state has changed; null when it has not. */
export function realServerEvent(before: Nanny | null, after: Nanny): EventBody | null {
  const { state } = after.health;
  if (before?.health.state === state || state === "draining" || state === "drained") return null;
  return {
    event: "real_server",
    kind: state,
    virtual_server: after.rules.virtualServer,
    real_server: after.rules.realServer,
    address: printEndpoint(after.rules.address, after.rules.port),
    cause: after.cause,
  };
}

type Memory = Omit<Nanny, "health" | "since" | "cause">;

/** The nanny with changed memory, and the state and weight that follow from it. */
function settle(before: Nanny, changed: Partial<Memory>, cause: string, now: Instant): Nanny {
  const memory = { ...before, ...changed };
  const health = healthOf(memory, now);
  if (health.state === before.health.state) return { ...memory, health };
  return { ...memory, health, since: now, cause };
}

function healthOf(memory: Memory, now: Instant): RealServerHealth {
  const { rules, refusal } = memory;
  if (!rules.active) return { state: "disabled", tableWeight: null };
  const believed = believedHealth(memory, now);
  if (refusal === null) return believed;
  // It stays wanted; the table goes on without it until the kernel takes it.
  return { state: "down", tableWeight: believed.tableWeight };
}

function believedHealth(memory: Memory, now: Instant): RealServerHealth {
  const { rules, verdict, recoveredAt } = memory;
  const quiesced = rules.quiesce ? 0 : null;
  if (verdict === "unknown")
    return { state: "checking", tableWeight: memory.foundQuiesced ? 0 : null };
  if (verdict === "down") return { state: "down", tableWeight: quiesced };
  if (recoveredAt !== null && now < addMs(recoveredAt, rules.reentry))
    return { state: "reentry", tableWeight: quiesced };
  return { state: "up", tableWeight: rules.weight };
}

function tried(nanny: Nanny, outcome: Outcome, now: Instant): Nanny {
  const { rules, verdict } = nanny;
  if (!rules.active || rules.check.type === "none") return nanny;
  const { fall, rise } = rules.check;
  if (outcome.kind === "passed") {
    const passes = nanny.passes + 1;
    const tally = { passes, failures: 0, lastMs: outcome.took, lastError: null };
    if (verdict === "up" || passes < rise) return settle(nanny, tally, nanny.cause, now);
    const recoveredAt = verdict === "down" && rules.reentry > 0 ? now : null;
    const cause = rise === 1 ? "a check passed" : `${rise} checks in a row passed`;
    return settle(nanny, { ...tally, verdict: "up", source: "own", recoveredAt }, cause, now);
  }
  const failures = nanny.failures + 1;
  const tally = { passes: 0, failures, lastMs: outcome.took, lastError: outcome.why };
  // A server that waits for its reentry has no traffic to lose: one failure ends the wait.
  const enough = failures >= fall || nanny.recoveredAt !== null;
  if (verdict === "down" || !enough) return settle(nanny, tally, nanny.cause, now);
  const down = { verdict: "down", source: "own", recoveredAt: null } as const;
  const cause = failures === 1 ? outcome.why : `${outcome.why} (${failures} tries in a row)`;
  return settle(nanny, { ...tally, ...down }, cause, now);
}

/** Only a nanny that knows nothing of its own believes what the table says. */
function adopted(nanny: Nanny, weight: number, now: Instant): Nanny {
  if (nanny.verdict !== "unknown") return nanny;
  if (weight === 0 && nanny.rules.weight > 0) {
    const changed = { foundQuiesced: true };
    return settle(nanny, changed, nanny.cause, now);
  }
  const up = { verdict: "up", source: "table" } as const;
  return settle(nanny, up, "found in the table", now);
}

/** The active router has done the counting and the waiting: what it says holds at once. */
function told(nanny: Nanny, standing: "up" | "down", now: Instant): Nanny {
  if (!checks(nanny.rules)) return nanny;
  if (nanny.verdict === standing && nanny.source === "peer" && nanny.recoveredAt === null)
    return nanny;
  const belief = { verdict: standing, source: "peer", recoveredAt: null } as const;
  const counters = { passes: 0, failures: 0, lastMs: null, lastError: null };
  return settle(nanny, { ...belief, ...counters }, `the peer says ${standing}`, now);
}

/** As if this process had found it out itself, unless it has. */
function remembered(nanny: Nanny, standing: "up" | "down", now: Instant): Nanny {
  if (!checks(nanny.rules) || nanny.source === "own" || nanny.source === "peer") return nanny;
  const belief = { verdict: standing, source: "own" } as const;
  return settle(nanny, belief, `${standing} before the restart`, now);
}

function refusedByTable(nanny: Nanny, why: string, now: Instant): Nanny {
  return settle(nanny, { refusal: { why } }, `the kernel refuses the entry: ${why}`, now);
}

function woken(nanny: Nanny, now: Instant): Nanny {
  const { recoveredAt, rules } = nanny;
  if (recoveredAt === null || now < addMs(recoveredAt, rules.reentry)) return nanny;
  return settle(nanny, { recoveredAt: null }, "the reentry wait is over", now);
}
