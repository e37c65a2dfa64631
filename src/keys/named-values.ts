/**
 * The values of a section under the names that code uses: `dead_after` becomes `deadAfter`. Types
 * follow from the declaration, so that a new key is known to whoever uses it.
 */
import type { Keys, ReadOf } from "./section.ts";

/** `dead_after` -> `deadAfter`. */
export type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

/** What the keys of a section are read into. */
export type ValuesOf<K extends Keys> = {
  readonly [P in keyof K & string as Camel<P>]: ReadOf<K[P]>;
};

export const camel = (key: string): string =>
  key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The sound values of a section, by the names that code uses. */
export function namedValues<K extends Keys>(
  keys: K,
  values: { readonly [P in keyof K]: ReadOf<K[P]> },
): ValuesOf<K> {
  // The name of each entry is what the type says.
  return Object.fromEntries(
    Object.keys(keys).map((name) => [camel(name), values[name]]),
  ) as ValuesOf<K>;
}
