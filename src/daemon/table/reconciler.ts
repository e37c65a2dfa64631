/**
 * Makes the kernel's IPVS table what configuration and health ask for, and keeps it so:
 * read, plan, apply, read back. One pass at a time; requests that arrive meanwhile become one.
 *
 * Knows nothing of who is active: both routers keep their table programmed. Services that lvsd
 * neither wants nor owns are left alone. What the kernel refuses is told to the nannies, so that a
 * real server that is not in the table is never called up.
 */
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault } from "../../model/router.ts";
import { printDestination, printService } from "../../model/service.ts";
import { between, type Instant, type Ms, ms } from "../../model/time.ts";
import type { Ipvsadm, RefusedChange } from "../../system/ipvs/ipvsadm.ts";
import { planChanges } from "../../table/plan.ts";
import type { Change, Counters, Plan, Table } from "../../table/table.ts";
import { within } from "../within.ts";
import { TableView } from "./table-view.ts";

export interface ReconcilerParts {
  readonly ipvsadm: Ipvsadm;
  /** What the table is to be, computed at the moment of each pass. */
  readonly desired: () => Table;
  readonly owned: OwnedServices;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
  /** A change as a line for people, with the names of the configuration. */
  readonly describe: (change: Change) => string;
  /** The kernel refused what a change would have made true, or took it after a refusal. */
  readonly refused: (change: Change, reason: string) => void;
  readonly accepted: (change: Change) => void;
  /** `faults()` may answer differently now. */
  readonly faultsChanged: () => void;
}

/** The services that lvsd has programmed, remembered across restarts. */
export interface OwnedServices {
  keys(): ReadonlySet<string>;
  /** Remembered before the kernel is told, so that a crash in between loses nothing. */
  replace(keys: ReadonlySet<string>): Promise<void>;
}

export interface TableState {
  readonly inSync: boolean;
  readonly lastError: string | null;
  readonly drifts: number;
  readonly foreign: readonly string[];
  readonly counters: Counters;
}

/** Somebody's `ipvsadm -C` is mended within two seconds (two looks, each with its time to work). */
const lookEvery = ms(900);
/** A look at a huge table may take this share of the time at most: it is then done less often. */
const lookShare = 0.05;
/** What the kernel refused is offered again after this long: a module may have come. */
const refusedAgainAfter = ms(30_000);
/** After a failure of ipvsadm itself. */
const failedAgainAfter = ms(1000);
/** How long a pass waits for the disk to remember what is owned. */
const rememberingMax = ms(1000);
/** Changes named in one event; the rest is a number. */
const namedChangesMax = 5;

export class Reconciler {
  readonly #parts: ReconcilerParts;
  #causes: string[] = [];
  #pass: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #foreign: readonly string[] = [];
  readonly #view: TableView;
  #expected: Table | null = null;
  #drifts = 0;
  #lastError: string | null = null;
  #fault: Fault | null = null;
  readonly #refused = new Map<string, { readonly reason: string; readonly at: Instant }>();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#view = new TableView(parts.ipvsadm);
  }

  /** Asks for a pass; resolves when one that began after this call has ended, whatever came of it. */
  async request(cause: string): Promise<void> {
    this.#causes.push(cause);
    const running = this.#pass;
    if (running !== null) await running;
    if (this.#causes.length > 0 && this.#pass === null) this.#begin();
    if (this.#pass !== null && this.#pass !== running) await this.#pass;
  }

  /** The plan that a pass would carry out for `desired`. Throws MachineError. */
  async plan(desired: Table): Promise<Plan> {
    if (this.#isIdle(desired)) return nothingToDo;
    return planChanges(await this.#view.peek(), desired, this.#parts.owned.keys());
  }

  state(): TableState {
    return {
      inSync: this.#expected !== null && this.#lastError === null && this.#refused.size === 0,
      lastError: this.#lastError ?? this.#firstRefusal(),
      drifts: this.#drifts,
      foreign: this.#foreign,
      counters: this.#view.counters,
    };
  }

  faults(): readonly Fault[] {
    return this.#fault === null ? [] : [this.#fault];
  }

  /** Ends the looking; resolves when no pass is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#pass;
  }

  /** Deletes what lvsd owns: the last act of a router that nobody takes over from. */
  async empty(): Promise<void> {
    await this.stop();
    if (this.#isIdle(new Map())) return;
    const { table } = await this.#parts.ipvsadm.readTable();
    const plan = planChanges(table, new Map(), this.#parts.owned.keys());
    await this.#parts.ipvsadm.apply(plan.changes);
    await within(this.#parts.owned.replace(new Set()), rememberingMax);
  }

  #begin(): void {
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const causes = this.#causes;
    this.#causes = [];
    this.#pass = this.#run(causes).then((wait) => {
      this.#pass = null;
      if (this.#causes.length > 0) return this.#begin();
      this.#lookAgain(wait);
    });
  }

  #lookAgain(wait: Ms): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#pass === null) this.#begin();
    }, wait);
  }

  /** One pass; how long to wait for the next look. Never throws. */
  async #run(causes: readonly string[]): Promise<Ms> {
    try {
      if (this.#isIdle(this.#parts.desired())) return this.#rested();
      const began = this.#parts.now();
      const right = causes.length === 0 && (await this.#looksRight());
      // The look's own time alone: a program that hung must not put off the next try.
      const looked = between(began, this.#parts.now());
      if (!right) await this.#mend(causes);
      this.#recovered();
      return ms(Math.max(lookEvery, looked / lookShare));
    } catch (thrown) {
      this.#view.forget();
      this.#failed(messageOf(thrown));
      return failedAgainAfter;
    }
  }

  /** A table that nothing is wanted of, and that nothing of ours is in, is nobody's concern. */
  #isIdle(desired: Table): boolean {
    return desired.size === 0 && this.#parts.owned.keys().size === 0;
  }

  #rested(): Ms {
    this.#expected = new Map();
    this.#setForeign([]);
    this.#recovered();
    return lookEvery;
  }

  /** The cheap look: starts no program. True when there is nothing to do. */
  async #looksRight(): Promise<boolean> {
    if (this.#lastError !== null || this.#refusedServiceIsDue()) return false;
    return this.#view.unchanged();
  }

  async #mend(causes: readonly string[]): Promise<void> {
    const actual = await this.#view.read();
    const desired = this.#parts.desired();
    const owned = this.#parts.owned.keys();
    const plan = planChanges(actual, desired, owned);
    this.#setForeign(plan.foreign.map(printService));
    const changes = plan.changes.filter((change) => !this.#refusedLately(change));
    if (changes.length > 0) {
      const drift = causes.length === 0 && this.#expected !== null;
      await this.#own(new Set([...owned, ...desired.keys()]));
      const { refused } = await this.#parts.ipvsadm.apply(changes);
      this.#note(changes, refused);
      await this.#readBack(changes, desired, hopedFor(actual, desired, owned));
      this.#tell(changes, refused, drift, causes);
    }
    await this.#own(new Set(desired.keys()));
    this.#expected = desired;
  }

  /** What is still missing although the kernel did not say no counts as refused. */
  async #readBack(changes: readonly Change[], desired: Table, hoped: Table): Promise<void> {
    const actual = await this.#view.readAfter(changes, hoped);
    const rest = planChanges(actual, desired, this.#parts.owned.keys());
    for (const change of rest.changes) {
      if (this.#refused.has(keyOf(change))) continue;
      this.#refuse({ change, reason: "the table reads back without it" });
    }
  }

  /** A disk that hangs must not keep the table from being mended. */
  async #own(keys: ReadonlySet<string>): Promise<void> {
    const before = this.#parts.owned.keys();
    if (keys.size === before.size && [...keys].every((key) => before.has(key))) return;
    await within(this.#parts.owned.replace(keys), rememberingMax);
  }

  /** A refused service is left out for a while, with its destinations; those have nannies. */
  #refusedLately(change: Change): boolean {
    const service = "destination" in change ? change.service : change.service.identity;
    const refusal = this.#refused.get(printService(service));
    return refusal !== undefined && !this.#isDue(refusal.at);
  }

  #refusedServiceIsDue(): boolean {
    return [...this.#refused].some(([key, { at }]) => !isEntry(key) && this.#isDue(at));
  }

  #isDue(refusedAt: Instant): boolean {
    return between(refusedAt, this.#parts.now()) >= refusedAgainAfter;
  }

  #note(changes: readonly Change[], refused: readonly RefusedChange[]): void {
    const refusedKeys = new Set(refused.map(({ change }) => keyOf(change)));
    for (const change of changes) {
      const key = keyOf(change);
      if (refusedKeys.has(key) || !this.#refused.delete(key)) continue;
      this.#parts.accepted(change);
    }
    for (const refusal of refused) this.#refuse(refusal);
  }

  #refuse({ change, reason }: RefusedChange): void {
    const key = keyOf(change);
    const known = this.#refused.has(key);
    this.#refused.set(key, { reason, at: this.#parts.now() });
    if (!known) {
      const subject = this.#parts.describe(change);
      this.#parts.report({ event: "ipvs", kind: "refused", subject, text: reason });
    }
    this.#parts.refused(change, reason);
  }

  #tell(
    changes: readonly Change[],
    refused: readonly RefusedChange[],
    drift: boolean,
    causes: readonly string[],
  ): void {
    const done = changes.filter((change) => !refused.some((refusal) => refusal.change === change));
    if (done.length === 0) return;
    const named = done.slice(0, namedChangesMax).map((change) => this.#parts.describe(change));
    const rest = done.length - named.length;
    const text = `${named.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
    if (drift) {
      this.#drifts += 1;
      this.#parts.report({ event: "ipvs", kind: "drift", changes: done.length, text });
      return;
    }
    const cause = [...new Set(causes)].join(", ") || "another try";
    this.#parts.report({ event: "ipvs", kind: "changed", changes: done.length, cause, text });
  }

  #setForeign(services: readonly string[]): void {
    if (services.length > 0 && services.join() !== this.#foreign.join())
      this.#parts.report({ event: "ipvs", kind: "foreign", services });
    this.#foreign = services;
  }

  #firstRefusal(): string | null {
    for (const [key, { reason }] of this.#refused) return `${key}: ${reason}`;
    return null;
  }

  #failed(why: string): void {
    if (this.#lastError !== why)
      this.#parts.report({ event: "ipvs", kind: "failed", text: `the table: ${why}` });
    this.#lastError = why;
    this.#setFault({ kind: "table", subject: "ipvs", text: why });
  }

  #recovered(): void {
    if (this.#lastError !== null)
      this.#parts.report({
        event: "ipvs",
        kind: "recovered",
        text: "the table is programmed again",
      });
    this.#lastError = null;
    this.#forgetStale();
    const refusedService = [...this.#refused].find(([key]) => !isEntry(key));
    this.#setFault(
      refusedService === undefined
        ? null
        : { kind: "table", subject: refusedService[0], text: refusedService[1].reason },
    );
  }

  /** A refusal about something that is no longer asked for is over. */
  #forgetStale(): void {
    const asked = new Set<string>();
    for (const [service, { destinations }] of this.#expected ?? []) {
      asked.add(service);
      for (const destination of destinations.keys()) asked.add(`${service} -> ${destination}`);
    }
    for (const [key, { at }] of this.#refused) {
      if (!asked.has(key) && this.#isDue(at)) this.#refused.delete(key);
    }
  }

  #setFault(fault: Fault | null): void {
    if (this.#fault?.text === fault?.text && this.#fault?.subject === fault?.subject) return;
    this.#fault = fault;
    this.#parts.faultsChanged();
  }
}

const nothingToDo: Plan = { changes: [], foreign: [] };

/** The table that a plan leads to when nothing is refused: what is desired, and what is foreign. */
const hopedFor = (actual: Table, desired: Table, owned: ReadonlySet<string>): Table =>
  new Map([...[...actual].filter(([key]) => !owned.has(key)), ...desired]);

/** Whether the key is a real server's entry rather than a service. */
const isEntry = (key: string): boolean => key.includes(" -> ");

/** What a change is about: `tcp 192.0.2.1:80` or `tcp 192.0.2.1:80 -> 10.0.0.1:80`. */
function keyOf(change: Change): string {
  return "destination" in change
    ? `${printService(change.service)} -> ${printDestination(change.destination.identity)}`
    : printService(change.service.identity);
}
