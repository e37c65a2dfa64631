/**
 * An event as a sentence, how grave it is, and what it is about. Every reader (log, `lvsd events`,
 * the control socket) shows this one text, so that what is searched for is found everywhere.
 */
import type { EventBody } from "./event.ts";
import type { EventDeclaration, Fields, Severity } from "./events/declaration.ts";
import { events } from "./events/events.ts";

export const severityOf = (body: EventBody): Severity => declarationOf(body).severity;

/** One sentence for people: the thing, what happened, why. */
export const sentenceOf = (body: EventBody): string => declarationOf(body).sentence(body);

/** Whose state the event says; null: `notify.command` does not get it. */
export const subjectOf = (body: EventBody): string | null =>
  declarationOf(body).about?.(body) ?? null;

/** The body's type follows from its declaration, so the values are those that it takes. */
function declarationOf({ event, kind }: EventBody): EventDeclaration<Fields> {
  const kinds: Readonly<Record<string, unknown>> = events[event].kinds;
  return kinds[kind] as EventDeclaration<Fields>;
}
