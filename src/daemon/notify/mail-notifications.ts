/**
 * `notify.mail`: gathers what happened and mails it, at most so often. Nothing waits for a mail;
 * one that cannot be sent is tried again, with what has happened meanwhile in it.
 */
import { readPassword } from "../../checks/clients/password.ts";
import type { MailConfig } from "../../config/config.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import type { EventBody, LvsdEvent } from "../../model/event.ts";
import { subjectOf } from "../../model/event-text.ts";
import { addMs, between, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import type { SendMail } from "../../system/net/smtp.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { alarmsOf, letterOf, type Pending, type Sender } from "./alarms.ts";

export interface MailNotificationsParts {
  readonly send: SendMail;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
  readonly sender: () => Sender;
}

/** What belongs together happens within this time: the failure of a switch is one mail. */
const gatherFor = seconds(5);
/** A mail that takes longer is given up and tried again. */
const mailMax = seconds(30);
/** The longest rest between two tries. */
const restMax = seconds(3600);
/** As many subjects are kept; events about further ones are counted. */
const waitingMax = 2000;
/** What is still to be reported when lvsd ends has this long. */
const lastWordsMax = ms(1000);

export class MailNotifications {
  readonly #parts: MailNotificationsParts;
  #config: MailConfig | null = null;
  /** By subject, in the order of the newest event about it. */
  #waiting = new Map<string, Pending>();
  #leftOut = 0;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> | null = null;
  #notBefore: Instant | null = null;
  #failures = 0;
  readonly #ending = new AbortController();

  constructor(parts: MailNotificationsParts) {
    this.#parts = parts;
  }

  /** To which addresses, and which events; null: none. */
  configure(config: MailConfig | null): void {
    this.#config = config;
    if (config === null) this.#waiting.clear();
  }

  /** An event that happened. Returns at once. */
  take(event: LvsdEvent): void {
    const subject = subjectOf(event);
    const events: readonly string[] = this.#config?.events ?? [];
    if (subject === null || !events.includes(event.event)) return;
    const older = this.#waiting.get(subject);
    if (older === undefined && this.#waiting.size >= waitingMax) {
      this.#leftOut += 1;
      return;
    }
    this.#waiting.delete(subject);
    this.#waiting.set(subject, { event, skipped: older === undefined ? 0 : older.skipped + 1 });
    this.#schedule();
  }

  /** Mails what waits, but not for longer than `lastWordsMax`. Never throws. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#sending === null && this.#failures === 0) this.#begin();
    await waitAtMost(this.#sending ?? Promise.resolve(), lastWordsMax);
    this.#waiting.clear();
    this.#ending.abort();
    await this.#sending;
  }

  #schedule(): void {
    if (this.#timer !== null || this.#sending !== null || this.#ending.signal.aborted) return;
    const { now } = this.#parts;
    const left = this.#notBefore === null ? 0 : between(now(), this.#notBefore);
    this.#timer = setTimeout(() => this.#begin(), Math.max(gatherFor, left)).unref();
  }

  #begin(): void {
    this.#timer = null;
    if (this.#config === null || this.#waiting.size === 0) return;
    this.#sending = this.#send(this.#config).finally(() => {
      this.#sending = null;
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  /** Never throws: what goes wrong is this mail's failure. */
  async #send(config: MailConfig): Promise<void> {
    const { now, report, send, sender } = this.#parts;
    const pending = this.#waiting;
    const leftOut = this.#leftOut;
    this.#waiting = new Map();
    this.#leftOut = 0;
    const began = now();
    const signal = AbortSignal.any([AbortSignal.timeout(mailMax), this.#ending.signal]);
    try {
      const letter = letterOf(alarmsOf([...pending.values()]), sender(), leftOut);
      await send(config, letter, await passwordOf(config), signal);
      this.#failures = 0;
      this.#notBefore = addMs(now(), config.every);
      report({ event: "notify", kind: "mailed", count: pending.size, to: config.to.join(", ") });
    } catch (thrown) {
      this.#keep(pending, leftOut);
      this.#failures += 1;
      this.#notBefore = addMs(now(), restOf(config.every, this.#failures));
      const took = ms(Math.round(between(began, now())));
      const text = `${messageOf(thrown)} (after ${took} ms)`;
      report({ event: "notify", kind: "mail-failed", text });
    }
  }

  /** What could not be sent is sent with what has happened since; of one subject the newest. */
  #keep(pending: ReadonlyMap<string, Pending>, leftOut: number): void {
    const newer = this.#waiting;
    this.#waiting = new Map(pending);
    this.#leftOut += leftOut;
    for (const [subject, { event, skipped }] of newer) {
      const older = this.#waiting.get(subject);
      this.#waiting.delete(subject);
      const before = older === undefined ? 0 : older.skipped + 1;
      this.#waiting.set(subject, { event, skipped: skipped + before });
    }
  }
}

async function passwordOf({ passwordFile }: MailConfig): Promise<string | null> {
  const password = passwordFile === null ? null : await readPassword(passwordFile);
  if (typeof password === "object" && password !== null) throw new MachineError(password.why);
  return password;
}

const restOf = (every: Ms, failures: number): Ms =>
  ms(Math.min(restMax, every * 2 ** Math.min(failures - 1, 20)));
