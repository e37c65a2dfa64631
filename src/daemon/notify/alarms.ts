/**
 * What a mail says: how things stand, the gravest first, what follows from something else under its
 * cause. Pure.
 */
import type { LvsdEvent } from "../../model/event.ts";
import type { Role, RouterState } from "../../model/router.ts";

/** The newest event about something, and how many older ones it stands for. */
export interface Pending {
  readonly event: LvsdEvent;
  readonly skipped: number;
}

export interface Alarm extends Pending {
  /** What happened because of it. */
  readonly dependents: readonly Pending[];
}

/** Who reports. */
export interface Sender {
  readonly host: string;
  readonly role: Role | null;
  readonly state: RouterState | "unconfigured";
}

export interface Letter {
  readonly subject: string;
  readonly text: string;
}

/** Lines beyond this are counted. */
const linesMax = 200;
/** RFC 5322, section 2.1.1: a line should have 78 characters; mail programs show about so many. */
const subjectMax = 120;

const gravity: Readonly<Record<LvsdEvent["severity"], number>> = { error: 2, warn: 1, info: 0 };

/** What an event may be a consequence of: `state`, or a virtual server by its name. */
function causeOf(event: LvsdEvent): string | null {
  if (event.event === "fault" || event.event === "peer") return "state";
  return event.event === "real_server" ? `virtual_server ${event.virtual_server}` : null;
}

/** Under which name an event may be a cause; null: it is none. */
function nameOf(event: LvsdEvent): string | null {
  if (event.event === "state") return "state";
  return event.event === "virtual_server" ? `virtual_server ${event.virtual_server}` : null;
}

/**
 * Folds what depends on something else in the list into that. The gravest first, then the oldest.
 */
export function alarmsOf(pending: readonly Pending[]): readonly Alarm[] {
  const causes = new Set(pending.map(({ event }) => nameOf(event)).filter((name) => name !== null));
  const isDependent = ({ event }: Pending): boolean => causes.has(causeOf(event) ?? "");
  return pending
    .filter((each) => !isDependent(each))
    .map((each) => {
      const name = nameOf(each.event);
      const dependents =
        name === null ? [] : pending.filter(({ event }) => causeOf(event) === name);
      return { ...each, dependents };
    })
    .sort((a, b) => gravityOf(b) - gravityOf(a) || compare(a.event.at, b.event.at));
}

const gravityOf = ({ event, dependents }: Alarm): number =>
  Math.max(gravity[event.severity], ...dependents.map((each) => gravity[each.event.severity]));
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The mail about these; `leftOut`: events that there was no room to keep. */
export function letterOf(alarms: readonly Alarm[], sender: Sender, leftOut: number): Letter {
  const [first, ...others] = alarms;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const who = sender.role === null ? sender.host : `${sender.host} (${sender.role})`;
  const lines = alarms.flatMap((alarm) => [
    lineOf(alarm),
    ...alarm.dependents.map((each) => `    ${lineOf(each)}`),
  ]);
  const beyond = Math.max(0, lines.length - linesMax) + leftOut;
  const said = oneLine(first?.event.message ?? "nothing");
  return {
    subject: `lvsd on ${who}: ${clipped(said, subjectMax)}${more}`,
    text: [
      ...lines.slice(0, linesMax),
      ...(beyond === 0 ? [] : [`${beyond} more events are in the log`]),
      "",
      `This router is ${sender.state}. lvsd events has all events, lvsd status how things stand.`,
      "",
    ].join("\n"),
  };
}

function lineOf({ event, skipped }: Pending): string {
  const before = skipped === 0 ? "" : ` (after ${skipped} other changes)`;
  return `${event.at} ${event.severity.padEnd(5)} ${oneLine(event.message)}${before}`;
}

/** Texts of programs and servers stand in messages. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, " ");
const clipped = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1)}…`;
