/**
 * Tries under way: no more at once than the configuration says, and each ends in any case: by
 * itself, by being stopped, or by being given up.
 *
 * One look at a time watches over all of them, since thousands begin and end in a second.
 */
import type { RunCheck, Tried } from "../../checks/check.ts";
import { failed } from "../../checks/check-result.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import {
  addMs,
  between,
  type Instant,
  type Ms,
  ms,
  printDuration,
  seconds,
} from "../../model/time.ts";
import type { Agenda, Appointment } from "../agenda.ts";
import type { Probe } from "./probe.ts";

/** A try that has not ended so long after its timeout is given up: a runner ends in a poll turn. */
export const overdueAfter: Ms = seconds(1);

/** A failure that came so long after its deadline means a pause of this process. */
export const lateMax = ms(250);

export interface TryParts {
  readonly now: () => Instant;
  readonly run: RunCheck;
  readonly report: (event: EventBody) => void;
}

/** Who wants the tries. */
export interface TryOwner {
  /** Asked when the probe's turn has come. */
  isWanted(probe: Probe): boolean;
  /** Null: it was stopped and says nothing. */
  ended(probe: Probe, started: Instant, tried: Tried | null): void;
}

/** One try of a probe. */
interface Try {
  readonly started: Instant;
  readonly stop: AbortController;
  /** When it is given up. */
  due: Instant;
  /** It has been given time once more. */
  isExtended: boolean;
}

const limitOf = ({ check }: Probe): Ms => ms(check.timeout + overdueAfter);

export class Tries {
  readonly #parts: TryParts;
  readonly #agenda: Agenda;
  readonly #owner: TryOwner;
  readonly #underWay = new Map<Probe, Try>();
  #concurrency = 1;
  #waiting: Probe[] = [];
  #look: Appointment | null = null;
  #emptied: (() => void)[] = [];

  constructor(parts: TryParts, agenda: Agenda, owner: TryOwner) {
    this.#parts = parts;
    this.#agenda = agenda;
    this.#owner = owner;
  }

  /** At most so many from now on. */
  set concurrency(most: number) {
    this.#concurrency = most;
    this.#letIn();
  }

  /** Tries it as soon as there is room. */
  want(probe: Probe): void {
    probe.doing = "waiting";
    this.#waiting.push(probe);
    this.#letIn();
  }

  /** Those that wait are not tried any more. */
  clear(): void {
    this.#waiting = [];
  }

  /** Resolves when none is under way. */
  none(): Promise<void> {
    if (this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  #letIn(): void {
    while (this.#underWay.size < this.#concurrency) {
      const probe = this.#waiting.shift();
      if (probe === undefined) return;
      probe.doing = "idle";
      if (this.#owner.isWanted(probe)) this.#begin(probe);
    }
  }

  #begin(probe: Probe): void {
    probe.doing = "trying";
    // Making one costs as much as the rest: it serves until it is used.
    if (probe.stop === null || probe.stop.signal.aborted) probe.stop = new AbortController();
    const { check, endpoint, stop } = probe;
    const started = this.#parts.now();
    const one: Try = { started, stop, due: addMs(started, limitOf(probe)), isExtended: false };
    this.#underWay.set(probe, one);
    this.#lookBy(one.due);
    this.#parts.run(check, endpoint, stop.signal).then(
      (tried) => this.#end(probe, one, tried),
      (thrown: unknown) => {
        const took = between(started, this.#parts.now());
        this.#end(probe, one, { ...failed("local", messageOf(thrown)), took });
      },
    );
  }

  #end(probe: Probe, one: Try, tried: Tried): void {
    // It may have been given up before.
    if (this.#underWay.get(probe) !== one) return;
    this.#underWay.delete(probe);
    probe.doing = "idle";
    this.#owner.ended(probe, one.started, one.stop.signal.aborted ? null : tried);
    this.#letIn();
    if (this.#underWay.size > 0) return;
    for (const resolve of this.#emptied.splice(0)) resolve();
  }

  #lookBy(due: Instant): void {
    if (this.#look !== null && this.#look.at <= due) return;
    this.#look?.cancel();
    this.#look = this.#agenda.at(due, this.#lookForOverdue);
  }

  readonly #lookForOverdue = (): void => {
    this.#look = null;
    const now = this.#parts.now();
    for (const [probe, one] of [...this.#underWay]) {
      if (one.due <= now) {
        const isPause = between(one.due, now) > lateMax;
        if (isPause && !one.isExtended) {
          // After a pause of this process the try has not had its time: it gets some.
          one.isExtended = true;
          one.due = addMs(now, overdueAfter);
        } else this.#giveUp(probe, one);
      }
      if (this.#underWay.get(probe) === one) this.#lookBy(one.due);
    }
  };

  #giveUp(probe: Probe, one: Try): void {
    const why = `no end within ${printDuration(limitOf(probe))}`;
    for (const real_server of probe.nannies)
      this.#parts.report({ event: "check", kind: "overdue", real_server, text: why });
    const took = between(one.started, this.#parts.now());
    probe.stop = null;
    this.#end(probe, one, { ...failed("overdue", why), took });
    one.stop.abort();
  }
}
