/**
 * A map that is read and settled in one step into a value: for maps whose keys stand together, so
 * that what `defaults` give is taken or replaced as a whole.
 */
import type { Complaints } from "./complaints.ts";
import { namedValues, type ValuesOf } from "./named-values.ts";
import { type Keys, readSection, section, settle, sound } from "./section.ts";
import type { Shape } from "./shape.ts";
import type { Value } from "./value.ts";

/** The shape of such a map; `judge` says what does not fit together, and then answers false. */
export function settledMap<K extends Keys>(
  keys: K,
  judge: (values: ValuesOf<K>, at: Value, path: string, complaints: Complaints) => boolean = () =>
    true,
): Shape<ValuesOf<K>> {
  const { words, json, inside } = section(keys);
  return {
    words,
    json,
    emptyAllowed: true,
    ...(inside === undefined ? {} : { inside }),
    read(value, path, complaints) {
      const draft = readSection(keys, value, path, complaints);
      if (draft === undefined) return undefined;
      const settled = sound(settle(keys, [draft], complaints), Object.keys(keys));
      if (settled === undefined) return undefined;
      const values = namedValues(keys, settled);
      return judge(values, value, path, complaints) ? values : undefined;
    },
  };
}

/** A word that stands for a thing that is otherwise written as `shape`. */
export function wordOr<const W extends string, T>(word: W, shape: Shape<T>): Shape<W | T> {
  return {
    ...shape,
    words: `${shape.words}, or \`${word}\``,
    json: { anyOf: [{ const: word }, shape.json] },
    print: (value) =>
      value === word ? word : (shape.print?.(value as T) ?? JSON.stringify(value)),
    read: (value, path, complaints) =>
      value.kind === "scalar" && value.value === word ? word : shape.read(value, path, complaints),
  };
}
