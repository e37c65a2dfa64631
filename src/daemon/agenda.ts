/**
 * Many appointments, one alarm: what is to be done at which instant. A binary heap, so that ten
 * thousand of them cost no more than a few comparisons each.
 *
 * It keeps no rhythm of its own: whoever wants to be called again makes another appointment.
 */
import { between, type Instant, ms } from "../model/time.ts";
import type { Alarm } from "../system/process/clock.ts";

/** Whoever is overdue after a pause must not keep a heartbeat from its turn for longer than this. */
const keptAtOnce = ms(4);

export interface Appointment {
  readonly at: Instant;
  /** It will not be kept. Safe to repeat, and afterwards. */
  cancel(): void;
}

interface Entry {
  readonly at: Instant;
  act: (() => void) | null;
}

export class Agenda {
  readonly #now: () => Instant;
  readonly #alarm: Alarm;
  /** A heap: no entry is later than its children at 2i + 1 and 2i + 2. */
  readonly #heap: Entry[] = [];
  #alarmAt: Instant | null = null;
  #closed = false;

  constructor(now: () => Instant, openAlarm: (wake: () => void) => Alarm) {
    this.#now = now;
    this.#alarm = openAlarm(() => this.#wake());
  }

  /** Does `act` at this instant, or in the next turn when it is over. */
  at(when: Instant, act: () => void): Appointment {
    const entry: Entry = { at: when, act };
    if (!this.#closed) {
      this.#push(entry);
      this.#arm();
    }
    return {
      at: when,
      cancel() {
        entry.act = null;
      },
    };
  }

  /** Keeps no appointment any more, and holds nothing open. */
  close(): void {
    this.#closed = true;
    this.#heap.length = 0;
    this.#alarm.close();
  }

  #wake(): void {
    this.#alarmAt = null;
    const began = this.#now();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.act !== null && between(began, first.at) > 0) break;
      this.#pop();
      if (first.act === null) continue;
      first.act();
      if (between(began, this.#now()) > keptAtOnce) break;
    }
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || this.#closed) return;
    if (this.#alarmAt !== null && this.#alarmAt <= first.at) return;
    this.#alarmAt = first.at;
    this.#alarm.at(first.at);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#atOf(parent) <= entry.at) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const child = this.#atOf(left + 1) < this.#atOf(left) ? left + 1 : left;
      if (this.#atOf(child) >= last.at) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #atOf(index: number): number {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
