/**
 * `notify.command`: runs the operator's command for what happened, one event at a time, in order.
 *
 * What is reported is how things stand: when several events of one subject wait, only the newest is
 * reported, so that a late "standby" never follows an "active" that is true. Knows which events
 * have a subject; nothing waits for a command, and one that hangs is ended.
 */
import { failureOf } from "../checks/program/command-end.ts";
import type { RunCommand } from "../checks/program/unprivileged.ts";
import type { CommandLine } from "../keys/command-shape.ts";
import { messageOf } from "../model/error.ts";
import type { EventBody, LvsdEvent } from "../model/event.ts";
import { subjectOf } from "../model/event-text.ts";
import type { Role, RouterState } from "../model/router.ts";
import { between, type Instant, type Ms, ms, printDuration, seconds } from "../model/time.ts";
import { waitAtMost } from "./wait-at-most.ts";

export interface NotificationsParts {
  readonly run: RunCommand;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
  /** A command that takes longer is killed with all that it started. */
  readonly deadline: Ms;
  /** What this router is at the moment of reporting. */
  readonly router: () => { readonly role: Role | null; readonly state: RouterState };
}

/** How long a command may take. */
export const commandMax = seconds(10);
/**
 * The start of a program takes the loop some ms: what is reported of a takeover begins when that is
 * over. Events that belong together arrive meanwhile.
 */
const reportAfter = ms(200);
/** What is still to be reported when lvsd ends has this long. */
export const lastWordsMax = ms(1000);

interface Waiting {
  readonly event: LvsdEvent;
  /** Older events of the same subject that are not reported any more. */
  readonly skipped: number;
}

export class Notifications {
  readonly #parts: NotificationsParts;
  #command: CommandLine | null = null;
  /** By subject, in the order of reporting. */
  readonly #waiting = new Map<string, Waiting>();
  #reporting: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #ending = new AbortController();

  constructor(parts: NotificationsParts) {
    this.#parts = parts;
  }

  /** The command to run from now on; null: none. */
  configure(command: CommandLine | null): void {
    this.#command = command;
    if (command === null) this.#waiting.clear();
  }

  /** An event that happened. Returns at once. */
  take(event: LvsdEvent): void {
    const subject = subjectOf(event);
    if (this.#command === null || subject === null) return;
    const older = this.#waiting.get(subject);
    this.#waiting.delete(subject);
    this.#waiting.set(subject, { event, skipped: older === undefined ? 0 : older.skipped + 1 });
    if (this.#reporting === null) this.#timer ??= setTimeout(() => this.#begin(), reportAfter);
  }

  /** Reports what waits, but not for longer than `lastWordsMax`. Never throws. */
  async stop(): Promise<void> {
    if (this.#reporting === null) this.#begin();
    await waitAtMost(this.#reporting ?? Promise.resolve(), lastWordsMax);
    this.#waiting.clear();
    this.#ending.abort();
    await this.#reporting;
  }

  #begin(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#reporting = this.#runAll().finally(() => {
      this.#reporting = null;
    });
  }

  async #runAll(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#command === null) return;
      const [subject, waiting] = next;
      this.#waiting.delete(subject);
      await this.#runFor(this.#command, subject, waiting);
    }
  }

  /** Never throws: what goes wrong is this notification's failure. */
  async #runFor(line: CommandLine, subject: string, waiting: Waiting): Promise<void> {
    try {
      await this.#run(line, subject, waiting);
    } catch (thrown) {
      const text = messageOf(thrown);
      this.#parts.report({ event: "notify", kind: "failed", subject, text });
    }
  }

  async #run({ command, args }: CommandLine, subject: string, waiting: Waiting): Promise<void> {
    const { now, report, run } = this.#parts;
    const began = now();
    const deadline = AbortSignal.timeout(this.#parts.deadline);
    const { role, state } = this.#parts.router();
    const about = { about: subject, skipped: waiting.skipped };
    const notified: Notified = {
      ...waiting.event,
      ...about,
      router_role: role,
      router_state: state,
    };
    const end = await run({
      command,
      args,
      environment: environmentOf(notified),
      input: `${JSON.stringify(notified)}\n`,
      signal: AbortSignal.any([deadline, this.#ending.signal]),
    });
    const took_ms = Math.round(between(began, now()));
    const late = deadline.aborted
      ? `killed after ${printDuration(this.#parts.deadline)}`
      : "lvsd ended before it did";
    const why = failureOf(end, late);
    if (why === null) report({ event: "notify", kind: "told", subject, took_ms });
    else report({ event: "notify", kind: "failed", subject, text: why });
  }
}

/** What the command reads as JSON: the event, and what stands around it. */
type Notified = LvsdEvent & {
  readonly about: string;
  readonly skipped: number;
  readonly router_role: Role | null;
  readonly router_state: RouterState;
};

/** Every field that is a text or a number; docs/notify.md lists them. */
function environmentOf(notified: Notified): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [key, value] of Object.entries(notified))
    if (typeof value === "string" || typeof value === "number")
      variables[`LVSD_${key.toUpperCase()}`] = String(value).replaceAll("\0", "");
  return variables;
}
