/**
 * What differs between two configurations, key by key, from the description of the keys: a new key
 * is named without anybody thinking of it.
 */
import { isDeepStrictEqual } from "node:util";
import { camel } from "../keys/named-values.ts";
import { type DescribedKey, printed } from "../keys/shape.ts";

/** Described keys of one section, by name. */
export type DescribedKeys = Readonly<Record<string, DescribedKey>>;

/**
 * One line for each key of a section whose value differs: `heartbeat.interval: 250ms -> 100ms`.
 * `before` and `next` hold the values by the names that code uses; `counts` chooses keys.
 */
export function* changedKeys(
  keys: DescribedKeys,
  before: object,
  next: object,
  path: string,
  counts: (key: DescribedKey) => boolean,
): Generator<string> {
  for (const [name, key] of Object.entries(keys)) {
    if (!counts(key)) continue;
    const [was, is] = [before, next].map(
      (values) => (values as Readonly<Record<string, unknown>>)[camel(name)] ?? null,
    );
    if (isDeepStrictEqual(was, is)) continue;
    const inner = path === "" ? name : `${path}.${name}`;
    const { inside } = key.shape;
    if (inside?.kind === "section" && isMap(was) && isMap(is))
      // What is said of a section holds for every key inside.
      yield* changedKeys(inside.keys, was, is, inner, key.plan === undefined ? counts : every);
    else {
      const old = worded(key, was);
      const now = worded(key, is);
      // What is printed may leave out what differs.
      yield old === now ? `${inner}: changes` : `${inner}: ${old} -> ${now}`;
    }
  }
}

const every = (): boolean => true;

const isMap = (value: unknown): value is object => typeof value === "object" && value !== null;

/** A section in short: `device eth0, id 3`. */
function worded(key: DescribedKey, value: unknown): string {
  const { inside } = key.shape;
  if (inside?.kind !== "section" || !isMap(value)) return printed(key.shape, value);
  const values = value as Readonly<Record<string, unknown>>;
  return Object.entries(inside.keys)
    .map(([name, inner]) => `${name} ${worded(inner, values[camel(name)] ?? null)}`)
    .join(", ");
}
