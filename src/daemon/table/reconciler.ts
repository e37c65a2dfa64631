/**
 * Makes the kernel's IPVS table what configuration and health ask for, and keeps it so:
 * read, plan, apply, read back. One pass at a time; requests that arrive meanwhile become one.
 *
 * Knows nothing of who is active: both routers keep their table programmed. Services that lvsd
 * neither wants nor owns are left alone. What the kernel refuses is left as it is, alone; that a
 * real server is not in the table is reported to its nanny, so that it is never called up.
 */
import type { RefusedPart } from "../../control/api.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Fault } from "../../model/router.ts";
import { printService } from "../../model/service.ts";
import { between, type Instant, type Ms, ms } from "../../model/time.ts";
import type { Ipvsadm, RefusedChange } from "../../system/ipvs/ipvsadm.ts";
import type { PlannedChange } from "../../table/describe.ts";
import { planChanges } from "../../table/plan.ts";
import { attainable, samePart, undoOf } from "../../table/refusals.ts";
import type { Change, Counters, Plan, Table } from "../../table/table.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { type Refusal, RefusedChanges } from "./refused-changes.ts";
import { TableView } from "./table-view.ts";

export interface ReconcilerParts {
  readonly ipvsadm: Ipvsadm;
  /** What the table is to be now; the same objects for as long as nothing has changed. */
  readonly desired: () => Table;
  readonly owned: OwnedServices;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
  /** A change for people, with the names of the configuration. */
  readonly describe: (change: Change) => PlannedChange;
  /** The kernel refuses to have this service or destination, or has it now. */
  readonly refused: (change: Change, reason: string) => void;
  readonly accepted: (change: Change) => void;
  /** `faults()` may answer differently now. */
  readonly faultsChanged: () => void;
}

/** The services that lvsd has programmed, remembered across restarts. */
export interface OwnedServices {
  keys(): ReadonlySet<string>;
  /** Remembered before the kernel is changed, so that a crash in between loses nothing. */
  replace(keys: ReadonlySet<string>): Promise<void>;
}

export interface TableState {
  readonly inSync: boolean;
  readonly lastError: string | null;
  readonly drifts: number;
  readonly foreign: readonly string[];
  readonly counters: Counters;
  /** The table as last read; null where it is not known. */
  readonly table: Table | null;
  /** What the kernel refuses at present. */
  readonly refusals: readonly Refusal[];
}

/**
 * Somebody's `ipvsadm -C` is mended within two seconds (two looks, each with its time to work).
 */
const lookEvery = ms(900);
/** A look at a huge table may take this share of the time at most: it is then done less often. */
const lookShare = 0.05;
/** After a failure of ipvsadm itself. */
const failedAgainAfter = ms(1000);
/** How long a pass waits for the disk to remember what is owned. */
const rememberingMax = ms(1000);
/** Changes named in one event; the rest is a number. */
const namedChangesMax = 5;

export class Reconciler {
  readonly #parts: ReconcilerParts;
  #causes: string[] = [];
  /** The next pass offers all that was refused again. */
  #again = false;
  #pass: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #foreign: readonly string[] = [];
  readonly #view: TableView;
  readonly #refused: RefusedChanges;
  #reached = false;
  #drifts = 0;
  #lastError: string | null = null;
  #fault: Fault | null = null;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#view = new TableView(parts.ipvsadm);
    this.#refused = new RefusedChanges(parts);
  }

  /**
   * Asks for a pass; resolves when one that began after this call has ended, whatever came of it.
   * `again`: what the kernel refused before is offered to it at once.
   */
  async request(cause: string, { again = false } = {}): Promise<void> {
    this.#causes.push(cause);
    this.#again ||= again;
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
      inSync: this.#reached && this.#lastError === null && this.#refused.size === 0,
      lastError: this.#lastError ?? this.#firstRefusal(),
      drifts: this.#drifts,
      foreign: this.#foreign,
      counters: this.#view.counters,
      table: this.#view.last,
      refusals: this.#refused.all(),
    };
  }

  /**
   * A table that cannot be programmed at all. A virtual server that the kernel refuses is that
   * server's trouble: whether the peer's kernel takes it is looked at elsewhere (table-part.ts).
   */
  faults(): readonly Fault[] {
    return this.#fault === null ? [] : [this.#fault];
  }

  /** What of the configuration does not hold in the kernel now, for the answer to a reload. */
  troubles(): readonly RefusedPart[] {
    const refused = this.#refused
      .all()
      .map(({ planned, reason }) => ({ subject: planned.subject, text: planned.text, reason }));
    if (this.#lastError === null) return refused;
    return [{ subject: "ipvs", text: "the table", reason: this.#lastError }, ...refused];
  }

  /** Ends the looking; resolves when no pass is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#pass;
  }

  /** Deletes what lvsd owns: the last act of a router without a successor. */
  async empty(): Promise<void> {
    await this.stop();
    if (this.#isIdle(new Map())) return;
    const { table } = await this.#parts.ipvsadm.readTable();
    const plan = planChanges(table, new Map(), this.#parts.owned.keys());
    await this.#parts.ipvsadm.apply(plan.changes);
    await waitAtMost(this.#parts.owned.replace(new Set()), rememberingMax);
  }

  #begin(): void {
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const causes = this.#causes;
    const again = this.#again;
    this.#causes = [];
    this.#again = false;
    this.#pass = this.#run(causes, again).then((wait) => {
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
  async #run(causes: readonly string[], again: boolean): Promise<Ms> {
    try {
      if (this.#isIdle(this.#parts.desired())) return this.#rested();
      const began = this.#parts.now();
      const right = causes.length === 0 && (await this.#looksRight());
      // The look's own time alone: a program that hung must not put off the next try.
      const looked = between(began, this.#parts.now());
      if (!right) await this.#mend(causes, again);
      this.#recovered();
      return ms(Math.max(lookEvery, looked / lookShare));
    } catch (thrown) {
      this.#view.forget();
      this.#failed(messageOf(thrown));
      return failedAgainAfter;
    }
  }

  /** A table that nothing is wanted of, and that nothing of ours is in, is left alone. */
  #isIdle(desired: Table): boolean {
    return desired.size === 0 && this.#parts.owned.keys().size === 0;
  }

  #rested(): Ms {
    this.#reached = true;
    this.#refused.look(new Map());
    this.#setForeign([]);
    this.#recovered();
    return lookEvery;
  }

  /** The cheap look: starts no program. True when there is nothing to do. */
  async #looksRight(): Promise<boolean> {
    if (this.#lastError !== null || this.#refused.isDue()) return false;
    return this.#view.unchanged();
  }

  async #mend(causes: readonly string[], again: boolean): Promise<void> {
    const { last } = this.#view;
    const actual = await this.#view.read();
    const desired = this.#parts.desired();
    const owned = this.#parts.owned.keys();
    this.#refused.look(desired);
    const wanted = attainable(actual, desired, this.#refused.standing(again));
    const { changes, foreign } = planChanges(actual, wanted, owned);
    this.#setForeign(foreign.map(printService));
    let left = actual;
    if (changes.length > 0) {
      await this.#own(new Set([...owned, ...desired.keys()]));
      const { refused } = await this.#parts.ipvsadm.apply(changes);
      this.#refused.note(changes, refused);
      left = await this.#view.readAfter(changes, hopedFor(actual, wanted, owned));
      left = await this.#undo(refused, left);
      this.#noteMissing(left, desired);
      this.#reportDone(changes, refused, causes, (change) =>
        last === null ? false : !samePart(last, actual, change),
      );
    }
    this.#refused.settle(left);
    const kept = [...owned].filter((key) => left.has(key));
    await this.#own(new Set([...desired.keys(), ...kept]));
    this.#reached = true;
  }

  /** Takes back what refused edits have left half done. The table afterwards. */
  async #undo(refused: readonly RefusedChange[], left: Table): Promise<Table> {
    const undone = refused.flatMap(({ change }) => undoOf(change, left) ?? []);
    if (undone.length === 0) return left;
    for (const { change, reason } of (await this.#parts.ipvsadm.apply(undone)).refused)
      this.#parts.refused(change, reason);
    return this.#view.read();
  }

  /** What is still missing although the kernel did not say no. */
  #noteMissing(left: Table, desired: Table): void {
    const wanted = attainable(left, desired, this.#refused.standing(false));
    for (const change of planChanges(left, wanted, this.#parts.owned.keys()).changes)
      this.#refused.noteMissing(change);
  }

  /** A disk that hangs must not keep the table from being mended. */
  async #own(keys: ReadonlySet<string>): Promise<void> {
    const before = this.#parts.owned.keys();
    if (keys.size === before.size && [...keys].every((key) => before.has(key))) return;
    await waitAtMost(this.#parts.owned.replace(keys), rememberingMax);
  }

  /** Drift is what somebody else has changed since the table was last read or left. */
  #reportDone(
    changes: readonly Change[],
    refused: readonly RefusedChange[],
    causes: readonly string[],
    isDrift: (change: Change) => boolean,
  ): void {
    const no = new Set(refused.map(({ change }) => change));
    const done = changes.filter((change) => !no.has(change) && !this.#refused.has(change));
    const drifted = done.filter(isDrift);
    const ours = drifted.length === 0 ? done : done.filter((change) => !isDrift(change));
    if (drifted.length > 0) {
      this.#drifts += 1;
      const text = this.#listed(drifted);
      this.#parts.report({ event: "ipvs", kind: "drift", changes: drifted.length, text });
    }
    if (ours.length === 0) return;
    const cause = [...new Set(causes)].join(", ") || "another try";
    const text = this.#listed(ours);
    this.#parts.report({ event: "ipvs", kind: "changed", changes: ours.length, cause, text });
  }

  #listed(changes: readonly Change[]): string {
    const named = changes.slice(0, namedChangesMax).map((each) => this.#parts.describe(each).text);
    const rest = changes.length - named.length;
    return `${named.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
  }

  #setForeign(services: readonly string[]): void {
    if (services.length > 0 && services.join() !== this.#foreign.join())
      this.#parts.report({ event: "ipvs", kind: "foreign", services });
    this.#foreign = services;
  }

  #firstRefusal(): string | null {
    const [first] = this.#refused.all();
    return first === undefined ? null : `${first.planned.text}: ${first.reason}`;
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
    this.#setFault(null);
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
