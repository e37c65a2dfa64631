/**
 * Many appointments, one alarm: what is to be done at which instant. A heap, so that ten thousand
 * of them cost no more than a few comparisons each.
 *
 * It keeps no rhythm of its own: whoever wants to be called again makes another appointment.
 */
import TinyQueue from "tinyqueue";
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
  readonly #entries = new TinyQueue<Entry>([], (one, other) => one.at - other.at);
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
      this.#entries.push(entry);
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
    this.#entries.data = [];
    this.#entries.length = 0;
    this.#alarm.close();
  }

  #wake(): void {
    this.#alarmAt = null;
    const began = this.#now();
    for (let first = this.#entries.peek(); first !== undefined; first = this.#entries.peek()) {
      if (first.act !== null && between(began, first.at) > 0) break;
      this.#entries.pop();
      if (first.act === null) continue;
      first.act();
      if (between(began, this.#now()) > keptAtOnce) break;
    }
    this.#arm();
  }

  #arm(): void {
    const first = this.#entries.peek();
    if (first === undefined || this.#closed) return;
    if (this.#alarmAt !== null && this.#alarmAt <= first.at) return;
    this.#alarmAt = first.at;
    this.#alarm.at(first.at);
  }
}
