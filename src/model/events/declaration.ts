/**
 * What one kind of event is: its fields, how grave it is, its sentence, what it is about, and its
 * meaning for docs/events.md. Declared once; type, log line, notification and page follow from it.
 */

/** journald's priorities that lvsd uses, as pino calls them. */
export type Severity = "info" | "warn" | "error";

/** A field's type; only the compiler knows it. */
export interface Field<T> {
  readonly of?: T;
}

export const field = <T>(): Field<T> => ({});
export const text = field<string>();
export const texts = field<readonly string[]>();
/** Lengths of time are milliseconds; the field's name then ends in `_ms`. */
export const number = field<number>();
export const numberOrNull = field<number | null>();

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The fields of an event as they are reported. */
export type ValuesOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never;
};

export interface EventDeclaration<F extends Fields = Fields> {
  readonly severity: Severity;
  readonly fields: F;
  /** A cell of docs/events.md. */
  readonly meaning: string;
  /** One sentence for people: the thing, what happened, why. */
  sentence(values: ValuesOf<F>): string;
  /**
   * The subject whose present state the event says. `notify.command` gets the newest event about
   * each; an event without it is not passed on.
   */
  about?(values: ValuesOf<F>): string;
}

export const event = <const F extends Fields>(declared: EventDeclaration<F>): EventDeclaration<F> =>
  declared;

/** Milliseconds for a sentence. */
export const tenths = (milliseconds: number): string => milliseconds.toFixed(1);
