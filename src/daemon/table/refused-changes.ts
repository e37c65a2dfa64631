/**
 * What the kernel refuses of the table, since when, and when it is offered again. A refusal counts
 * for as long as exactly that is still wanted: another wish, or none, ends it at once.
 */
import type { EventBody } from "../../model/event.ts";
import { addMs, type Instant, type Ms, ms } from "../../model/time.ts";
import type { RefusedChange } from "../../system/ipvs/ipvsadm.ts";
import type { PlannedChange } from "../../table/describe.ts";
import {
  hasPart,
  isAskedBy,
  isDeletion,
  partKeyOf,
  sameResult,
  serviceKeyOf,
} from "../../table/refusals.ts";
import type { Change, Table } from "../../table/table.ts";

export interface Refusal {
  readonly change: Change;
  /** The change as it was described to people when it was refused. */
  readonly planned: PlannedChange;
  /** The kernel's words. */
  readonly reason: string;
  /** When it is offered to the kernel again. */
  readonly againAt: Instant;
}

export interface RefusedChangesParts {
  readonly now: () => Instant;
  readonly report: (event: EventBody) => void;
  readonly describe: (change: Change) => PlannedChange;
  /** The kernel refuses to have this in the table, or has it now after all. */
  readonly refused: (change: Change, reason: string) => void;
  readonly accepted: (change: Change) => void;
}

/** What the kernel refused is offered again after this long: a module may have come. */
const refusedAgainAfter: Ms = ms(30_000);
/** What is missing without a refusal may have been taken away by somebody else. */
const missingAgainAfter: Ms = ms(5000);

export class RefusedChanges {
  readonly #parts: RefusedChangesParts;
  readonly #refusals = new Map<string, Refusal>();
  /** Those of which the last wish ended; what they were about may be in the table all the same. */
  #ended: Change[] = [];

  constructor(parts: RefusedChangesParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#refusals.size;
  }

  all(): readonly Refusal[] {
    return [...this.#refusals.values()];
  }

  has(change: Change): boolean {
    return this.#refusals.has(partKeyOf(change));
  }

  /** Whether one is to be offered again now. */
  isDue(): boolean {
    const now = this.#parts.now();
    return this.all().some(({ againAt }) => againAt <= now);
  }

  /** Ends what is not asked for any more. */
  look(desired: Table): void {
    for (const [key, { change }] of this.#refusals) {
      if (isAskedBy(desired, change)) continue;
      this.#refusals.delete(key);
      this.#ended.push(change);
    }
  }

  /** What is not to be tried now. `again`: everything is. */
  standing(again: boolean): readonly Change[] {
    if (again) return [];
    const now = this.#parts.now();
    return this.all().flatMap(({ change, againAt }) => (againAt > now ? [change] : []));
  }

  /** Takes in what has come of a plan. */
  note(changes: readonly Change[], refused: readonly RefusedChange[]): void {
    const no = new Set(refused.map(({ change }) => change));
    for (const change of changes) {
      if (no.has(change)) continue;
      const known = this.#refusals.get(partKeyOf(change));
      if (known !== undefined && sameResult(change, known.change))
        this.#refusals.delete(partKeyOf(change));
      if (!isDeletion(change)) this.#parts.accepted(change);
    }
    const services = new Set<string>();
    for (const { change, reason } of refused) {
      if (change.kind === "add-service") services.add(partKeyOf(change));
      // Without its service the kernel refuses each destination; that says nothing of its own.
      if (!("destination" in change) || !services.has(serviceKeyOf(change)))
        this.#refuse(change, reason, refusedAgainAfter);
    }
  }

  /** The kernel did not say no, and still the table is without it. */
  noteMissing(change: Change): void {
    this.#refuse(change, "the table reads back without it", missingAgainAfter);
  }

  /** After a pass: what stands in the table is not refused, whatever became of the refusal. */
  settle(table: Table): void {
    for (const change of this.#ended) if (hasPart(table, change)) this.#parts.accepted(change);
    this.#ended = [];
  }

  #refuse(change: Change, reason: string, after: Ms): void {
    const { now, describe, report, refused } = this.#parts;
    const key = partKeyOf(change);
    const planned = describe(change);
    const known = this.#refusals.get(key);
    this.#refusals.set(key, { change, planned, reason, againAt: addMs(now(), after) });
    if (known?.reason !== reason || known.planned.text !== planned.text)
      report({ event: "ipvs", kind: "refused", subject: planned.text, text: reason });
    // What was to be edited stands there as it was, and serves.
    if (change.kind === "add-service" || change.kind === "add-destination") refused(change, reason);
  }
}
