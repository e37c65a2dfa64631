/** One value of a text, read by a shape. */
import { LineCounter, parseDocument } from "yaml";
import { Complaints } from "../../src/keys/complaints.ts";
import type { Shape } from "../../src/keys/shape.ts";
import { resolve, type Value } from "../../src/keys/value.ts";

export interface Read<T> {
  readonly value: T | undefined;
  /** `LINE:COLUMN: message (hint)`, in the order of the text. */
  readonly said: readonly string[];
}

const file = "/k.yaml";

const printed = (complaints: Complaints): readonly string[] =>
  complaints
    .inOrder([file])
    .map(({ line, column, message, hint }) => `${line}:${column}: ${message} (${hint})`);

/** The value of a text, which may be any value and not a map alone. */
export function valueIn(text: string): Value {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  return resolve(document, { file, placeOf }, new Complaints());
}

/** What a shape makes of the text, at the path `key`. */
export function read<T>(shape: Shape<T>, text: string): Read<T> {
  const complaints = new Complaints();
  const value = shape.read(valueIn(text), "key", complaints);
  return { value, said: printed(complaints) };
}
