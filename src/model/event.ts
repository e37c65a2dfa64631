/**
 * What operators read: the closed list of events. One event is one log line, one entry of
 * `lvsd events` and one server-sent event. Every event carries its cause where it has one. The
 * types here follow from the declarations in `events/`.
 */
import type { EventDeclaration, Severity, ValuesOf } from "./events/declaration.ts";
import type { events } from "./events/events.ts";

type Events = typeof events;
export type EventName = keyof Events;

type KindsOf<Name extends EventName> = Events[Name]["kinds"];
type Body<Name extends EventName, Kind extends keyof KindsOf<Name>> = {
  readonly event: Name;
  readonly kind: Kind;
} & (KindsOf<Name>[Kind] extends EventDeclaration<infer F> ? ValuesOf<F> : never);

/** The events by their stable `event` name, then by `kind`. */
export type EventBody = {
  [Name in EventName]: { [Kind in keyof KindsOf<Name>]: Body<Name, Kind> }[keyof KindsOf<Name>];
}[EventName];

/** An event as it is kept, logged and sent. `at` is wall-clock time, ISO 8601 in UTC. */
export type LvsdEvent = EventBody & {
  readonly at: string;
  readonly severity: Severity;
  /** One sentence for people. */
  readonly message: string;
};

/** How many events `lvsd events` remembers. */
export const eventsMax = 1000;
