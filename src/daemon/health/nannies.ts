/**
 * The nannies of all real servers: when their checks are tried, and what the results make of them.
 *
 * Knows the time, the bound on tries under way, and which nannies share a probe. What a result
 * means is health/nanny.ts's business, what a try does is checks/'s. Invariants: a probe has one
 * try at a time; a try ends, by itself or by being given up; after `stop` nothing is left.
 */
import type { Tried } from "../../checks/check.ts";
import type { FailureReason } from "../../checks/check-result.ts";
import { type Config, type TriedCheck, triedChecks } from "../../config/config.ts";
import type { Health, RealServerKey } from "../../health/health.ts";
import {
  checks,
  type Nanny,
  type NannyInput,
  type NannyRules,
  nannyRules,
  reconfigure,
  startNanny,
  step,
  wakeAt,
} from "../../health/nanny.ts";
import { looksAlike } from "../../health/nanny-report.ts";
import type { Fault } from "../../model/router.ts";
import { printService } from "../../model/service.ts";
import { addMs, between, type Instant, instant } from "../../model/time.ts";
import { openAlarm } from "../../system/process/clock.ts";
import { foundInTable, serviceIdentities } from "../../table/desired.ts";
import type { Table } from "../../table/table.ts";
import { Agenda, type Appointment } from "../agenda.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { warnOfCertificate } from "./certificate-warning.ts";
import { Contacts, goesNowhere } from "./contacts.ts";
import { FirstRound } from "./first-round.ts";
import { beginHurry, halt, hurriedNext, nextRepeat } from "./hurry.ts";
import { OwnTrouble } from "./own-trouble.ts";
import { firstWait, type Hurried, nextStart, type Probe } from "./probe.ts";
import { Probes } from "./probes.ts";
import { lateMax, overdueAfter, Tries, type TryParts } from "./tries.ts";

export interface NanniesParts extends TryParts {
  /** What a real server's nanny believes, or its weight in the table, has changed. */
  readonly changed: (before: Nanny | null, after: Nanny) => void;
  /** What a try counts as for one of those who have it; left out: what it is. */
  readonly judge?: (key: RealServerKey, check: TriedCheck, tried: Tried) => Tried;
  /** `trouble` is another one now. */
  readonly troubled?: () => void;
}

interface Entry {
  nanny: Nanny;
  /** One for each check that it has, in their order; empty while nothing is to be tried. */
  probes: readonly Probe[];
  wake: Appointment | null;
}

const endpointOf = ({ address, port }: NannyRules) => ({ address, port });

export class Nannies {
  /** What this machine's own tries say of the way to the real servers. */
  readonly contacts = new Contacts();
  readonly #parts: NanniesParts;
  readonly #agenda: Agenda;
  readonly #origin: Instant;
  readonly #probes = new Probes();
  readonly #failures = new Map<FailureReason, number>();
  readonly #tries: Tries;
  readonly #ownTrouble: OwnTrouble;
  #entries = new Map<RealServerKey, Entry>();
  #found: ReadonlyMap<RealServerKey, number> = new Map();
  #checking = true;
  #examining = false;
  #stopped = false;
  readonly #firstRound = new FirstRound(
    () => this.#checking && !this.#stopped,
    () => this.#probes,
  );

  constructor(parts: NanniesParts) {
    this.#parts = parts;
    this.#origin = parts.now();
    this.#ownTrouble = new OwnTrouble(
      () => this.#probes,
      () => parts.troubled?.(),
      parts.report,
    );
    this.#agenda = new Agenda(parts.now, openAlarm);
    this.#tries = new Tries(parts, this.#agenda, {
      isWanted: ({ nannies }) => !this.#stopped && this.#trying && nannies.size > 0,
      ended: (probe, started, tried) => this.#take(probe, started, tried),
    });
  }

  /** Takes over a configuration. What is the same as before goes on undisturbed. */
  configure(config: Config): void {
    const now = this.#parts.now();
    const before = this.#entries;
    this.#entries = new Map();
    for (const virtualServer of config.virtualServers)
      for (const realServer of virtualServer.realServers) {
        const rules = nannyRules(virtualServer, realServer);
        const known = before.get(rules.key);
        const nanny = known ? reconfigure(known.nanny, rules, now) : this.#begin(rules, now);
        this.#entries.set(rules.key, {
          nanny,
          probes: known?.probes ?? [],
          wake: known?.wake ?? null,
        });
      }
    this.#found = new Map();
    for (const [key, entry] of before)
      if (!this.#entries.has(key)) {
        entry.wake?.cancel();
        this.#leave(entry);
      }
    this.#startTries(this.#assignProbes());
    this.#tries.concurrency = config.checks.concurrency;
    this.#ownTrouble.look();
    for (const [key, entry] of this.#entries) {
      this.#setWake(entry);
      this.#reportChange(before.get(key)?.nanny ?? null, entry.nanny);
    }
    this.#firstRound.look();
  }

  /**
   * Counts what the starting daemon found in the kernel's table as up until it is checked; before
   * or after the first `configure`. Returns what it found of the configuration.
   */
  adopt(
    config: Config,
    table: Table,
  ): { readonly services: number; readonly destinations: number } {
    this.#found = foundInTable(config, table);
    for (const [key, weight] of this.#found) this.#feed(key, { kind: "adopted", weight });
    const services = config.virtualServers.filter((virtualServer) =>
      serviceIdentities(virtualServer).some((identity) => table.has(printService(identity))),
    );
    return { services: services.length, destinations: this.#found.size };
  }

  /** Off: the peer's knowledge is used and nothing is probed. On: everything is tried at once. */
  setActiveChecking(on: boolean): void {
    if (on === this.#checking) return;
    this.#checking = on;
    for (const probe of this.#probes) {
      probe.known = false;
      if (!this.#trying) halt(probe);
    }
    if (on) this.#startTries([...this.#probes]);
    this.#firstRound.look();
  }

  /**
   * On: tries are made while the peer's knowledge is used, and all that they show is whether this
   * machine can make them (`trouble`), and which servers it reaches (`contacts`).
   */
  examine(on: boolean): void {
    if (!on && !this.#checking) this.contacts.clear();
    if (on === this.#examining) return;
    this.#examining = on;
    if (this.#checking) return;
    if (on) this.#startTries([...this.#probes]);
    else for (const probe of this.#probes) halt(probe);
  }

  /** Whether checks are made here, and believed. */
  get checking(): boolean {
    return this.#checking && !this.#stopped;
  }

  /**
   * Something hints that this real server is gone: its checks are tried at once, and again without
   * a wait until they pass or it is down. What they came to; never throws.
   */
  async hurry(key: RealServerKey): Promise<Hurried> {
    const probes = this.checking ? (this.#entries.get(key)?.probes ?? []) : [];
    const results = await Promise.all(probes.map((probe) => this.#hurryProbe(probe)));
    if (results.length === 0 || results.includes("unknown")) return "unknown";
    return results.includes("failed") ? "failed" : "passed";
  }

  /** What keeps this machine from checking some real servers; null: nothing. */
  get trouble(): Fault | null {
    return this.#ownTrouble.fault;
  }

  /** Whether any check here goes to a real server. */
  get goOut(): boolean {
    for (const probe of this.#probes) if (!goesNowhere(probe)) return true;
    return false;
  }

  get #trying(): boolean {
    return this.#checking || this.#examining;
  }

  /** The peer, whose turn it is to check, says how a server stands. */
  learn(key: RealServerKey, standing: "up" | "down", half: "first" | "second" | null = null): void {
    this.#feed(key, { kind: "learned", standing, half });
  }

  /** The process before this one knew how a server stands. */
  remember(key: RealServerKey, standing: "up" | "down", heldUntil: Instant | null): void {
    this.#feed(key, { kind: "remembered", standing, heldUntil });
  }

  /** What is known of a server's weight: by its load monitor, or from elsewhere. */
  weigh(key: RealServerKey, input: NannyInput & { kind: "loaded" | "weighed" }): void {
    this.#feed(key, input);
  }

  tableRefused(key: RealServerKey, why: string): void {
    this.#feed(key, { kind: "table-refused", why });
  }

  tableAccepted(key: RealServerKey): void {
    this.#feed(key, { kind: "table-accepted" });
  }

  /** Looks the health up as it is when it is asked for: a list of all would be made too often. */
  health(): Health {
    return { get: (key) => this.#entries.get(key)?.nanny.health };
  }

  nanny(key: RealServerKey): Nanny | null {
    return this.#entries.get(key)?.nanny ?? null;
  }

  /** Every nanny, in the order of the configuration. */
  all(): Nanny[] {
    return Array.from(this.#entries.values(), ({ nanny }) => nanny);
  }

  /** Failed tries by reason, since the start. */
  failures(): Readonly<Partial<Record<FailureReason, number>>> {
    return Object.fromEntries(this.#failures);
  }

  /** Resolves once every check has been tried, or when nothing is checked here. */
  firstRound(): Promise<void> {
    return this.#firstRound.over();
  }

  /** Ends every try. Resolves when nothing is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#agenda.close();
    this.#tries.clear();
    for (const probe of this.#probes) halt(probe);
    this.#firstRound.look();
    await waitAtMost(this.#tries.none(), overdueAfter);
  }

  #begin(rules: NannyRules, now: Instant): Nanny {
    const nanny = startNanny(rules, now);
    const weight = this.#found.get(rules.key);
    return weight === undefined ? nanny : step(nanny, { kind: "adopted", weight }, now);
  }

  /** Gives each nanny its probe; returns those that are to be tried now. */
  #assignProbes(): readonly Probe[] {
    const fresh = new Set<Probe>();
    for (const [key, entry] of this.#entries) {
      const { rules } = entry.nanny;
      const before = entry.probes;
      entry.probes = checks(rules)
        ? triedChecks(rules.check).map((check) => this.#probes.of(check, endpointOf(rules)))
        : [];
      for (const probe of entry.probes) probe.nannies.add(key);
      for (const probe of before) if (!entry.probes.includes(probe)) this.#forget(key, probe);
      for (const probe of entry.probes) if (!before.includes(probe)) fresh.add(probe);
    }
    return [...fresh];
  }

  #leave(entry: Entry): void {
    for (const probe of entry.probes) this.#forget(entry.nanny.rules.key, probe);
    entry.probes = [];
  }

  #forget(key: RealServerKey, probe: Probe): void {
    probe.nannies.delete(key);
    if (probe.nannies.size > 0) return;
    this.#probes.delete(probe);
    this.contacts.forget(probe);
    halt(probe);
  }

  /** Begins with these probes now, one shortly after the other. */
  #startTries(probes: readonly Probe[]): void {
    if (!this.#trying) return;
    const now = this.#parts.now();
    for (const [index, probe] of probes.entries())
      if (probe.doing === "idle")
        this.#tryAt(probe, addMs(now, firstWait(probe, index, probes.length)));
  }

  #tryAt(probe: Probe, when: Instant): void {
    probe.next?.cancel();
    probe.next = this.#agenda.at(when, () => {
      probe.next = null;
      this.#tries.want(probe);
    });
  }

  #hurryProbe(probe: Probe): Promise<Hurried> {
    const now = this.#parts.now();
    return new Promise((resolve) => {
      beginHurry(probe, this.#fallOf(probe), now, resolve);
      if (probe.doing === "idle") this.#tryAt(probe, now);
    });
  }

  /** Of the most patient of those who want its result. */
  #fallOf({ nannies }: Probe): number {
    const falls = [...nannies].flatMap((key) => {
      const rules = this.#entries.get(key)?.nanny.rules;
      return rules === undefined ? [] : triedChecks(rules.check).map(({ fall }) => fall);
    });
    return Math.max(1, ...falls);
  }

  /** Judges a result, hands it to all who want it, and makes the next appointment. */
  #take(probe: Probe, started: Instant, tried: Tried | null): void {
    if (this.#stopped || !this.#trying || probe.nannies.size === 0) return;
    const now = this.#parts.now();
    const asleep = between(started, now) > probe.check.timeout + lateMax;
    const failedAsleep = asleep && tried?.kind === "failed" && tried.reason !== "overdue";
    if (tried === null || (failedAsleep && !probe.discarded)) {
      probe.discarded = failedAsleep;
      this.#tryAt(probe, now);
      return;
    }
    probe.discarded = false;
    if (tried.kind === "failed")
      this.#failures.set(tried.reason, (this.#failures.get(tried.reason) ?? 0) + 1);
    warnOfCertificate(probe, tried, now, this.#parts.report);
    this.#ownTrouble.note(probe, tried, !this.#checking);
    this.contacts.note(probe, tried, started);
    const repeated = nextRepeat(probe, started, tried, () => this.#fallOf(probe));
    const hurried = hurriedNext(probe, started, tried, now);
    const next = hurried ?? repeated ?? nextStart(probe, this.#origin, started);
    this.#tryAt(probe, instant(Math.max(next, now)));
    if (this.#checking && (tried.kind === "passed" || tried.reason !== "local"))
      for (const key of [...probe.nannies]) this.#handTried(key, probe, tried);
    probe.known = true;
    this.#firstRound.look();
  }

  #feed(key: RealServerKey, input: NannyInput): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    const before = entry.nanny;
    entry.nanny = step(before, input, this.#parts.now());
    if (entry.nanny === before) return;
    this.#setWake(entry);
    this.#reportChange(before, entry.nanny);
  }

  /** A list may have the same check twice, and then both learn of it. */
  #handTried(key: RealServerKey, probe: Probe, tried: Tried): void {
    const outcome = this.#parts.judge?.(key, probe.check, tried) ?? tried;
    for (const [which, one] of (this.#entries.get(key)?.probes ?? []).entries())
      if (one === probe) this.#feed(key, { kind: "tried", outcome, which });
  }

  #reportChange(before: Nanny | null, after: Nanny): void {
    if (before === null || !looksAlike(before, after)) this.#parts.changed(before, after);
  }

  #setWake(entry: Entry): void {
    const when = wakeAt(entry.nanny);
    if (entry.wake?.at === when) return;
    entry.wake?.cancel();
    const { key } = entry.nanny.rules;
    const act = (): void => {
      const current = this.#entries.get(key);
      if (current !== undefined) current.wake = null;
      this.#feed(key, { kind: "wake" });
    };
    entry.wake = when === null ? null : this.#agenda.at(when, act);
  }
}
