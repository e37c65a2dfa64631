/**
 * Sections: maps whose keys are known. A key is described once: its shape, default and meaning.
 *
 * Reading is in two steps, because `defaults` lie under every virtual server: a *draft* holds what
 * one map gives, and `settle` lays drafts over each other and fills in the defaults. A key whose
 * value is faulty is undefined from then on, and is not complained of a second time.
 */
import { Complaints, type Spot } from "./complaints.ts";
import {
  type DescribedKey,
  type JsonSchema,
  type Shape,
  shown,
  suggest,
  type Traits,
} from "./shape.ts";
import { literal, type Value } from "./value.ts";

/** What settles a key that no draft gives. */
type Fallback<T> =
  | { readonly kind: "required" }
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "derived"; readonly from: (others: never) => T | undefined };

export interface Key<T> extends DescribedKey {
  readonly shape: Shape<T>;
  readonly fallback: Fallback<T>;
  /** An empty value (or `null`) is the same as leaving the key out, also what `defaults` give. */
  readonly nullable: boolean;
}

/** A section's keys; `never` lets keys of every type in. */
export type Keys = Readonly<Record<string, Key<never> | Key<unknown>>>;

export type ReadOf<K> = K extends Key<infer T> ? T : never;

/** The key must be given. */
export const required = <T>(shape: Shape<T>, help: string, traits: Traits = {}): Key<T> => ({
  ...traits,
  shape,
  help,
  fallback: { kind: "required" },
  nullable: false,
  defaultWords: null,
});

/** The key may be left out; then it is null, which `defaultWords` explains. */
export const optional = <T>(
  shape: Shape<T>,
  defaultWords: string,
  help: string,
  traits: Traits = {},
): Key<T | null> => ({
  ...traits,
  shape,
  help,
  fallback: { kind: "value", value: null },
  nullable: true,
  defaultWords,
});

/** The key has a default, written here as an operator would write it. */
export function preset<T>(
  shape: Shape<T>,
  value: unknown,
  help: string,
  traits: Traits = {},
): Key<T> {
  const complaints = new Complaints();
  const parsed = shape.read(literal(value), "default", complaints);
  if (parsed === undefined) throw new RangeError(complaints.inOrder([])[0]?.message);
  return {
    ...traits,
    shape,
    help,
    fallback: { kind: "value", value: parsed },
    nullable: false,
    defaultWords: typeof value === "string" ? value : JSON.stringify(value),
    defaultValue: value,
  };
}

/** The key's default follows from keys of the same section that stand above it. */
export const derived = <T, Others>(
  shape: Shape<T>,
  defaultWords: string,
  from: (others: Others) => T | undefined,
  help: string,
  traits: Traits = {},
): Key<T> => ({
  ...traits,
  shape,
  help,
  fallback: { kind: "derived", from },
  nullable: false,
  defaultWords,
});

/** What one map gives. */
export interface Draft<K extends Keys> {
  readonly path: string;
  readonly spot: Spot;
  /** Values of the keys that could be read. */
  readonly given: { readonly [P in keyof K]?: ReadOf<K[P]> };
  /** Every known key that stands in the map, also one whose value is faulty. */
  readonly spots: { readonly [P in keyof K]?: Spot };
}

/** A map with these keys. */
export function section<K extends Keys>(keys: K): Shape<Draft<K>> {
  return {
    words: "a map",
    json: sectionJson(keys),
    inside: { kind: "section", keys },
    emptyAllowed: true,
    read: (value, path, complaints) => readSection(keys, value, path, complaints),
  };
}

/** `path` is empty for the whole file. */
export function readSection<K extends Keys>(
  keys: K,
  value: Value,
  path: string,
  complaints: Complaints,
): Draft<K> | undefined {
  const where = path === "" ? "" : `${path}: `;
  const empty = value.kind === "scalar" && value.value === null;
  if (value.kind !== "map" && !empty) {
    const message = `${where}${shown(value)} where a map of keys is expected`;
    complaints.at(value, message, "write one `key: value` line each");
    return undefined;
  }
  const given: Record<string, unknown> = {};
  const spots: Record<string, Spot> = {};
  for (const entry of value.kind === "map" ? value.entries : []) {
    const key = Object.hasOwn(keys, entry.key) ? keys[entry.key] : undefined;
    if (key === undefined) {
      const message = `${where}unknown key ${JSON.stringify(entry.key.slice(0, 63))}`;
      const hint = complaints.full ? null : suggest(entry.key, Object.keys(keys));
      complaints.at(entry.keySpot, message, hint);
      continue;
    }
    spots[entry.key] = entry.value;
    const inner = path === "" ? entry.key : `${path}.${entry.key}`;
    const isNull = entry.value.kind === "scalar" && entry.value.value === null;
    if (isNull && key.nullable) given[entry.key] = null;
    else if (isNull && key.shape.emptyAllowed !== true)
      complaints.at(entry.value, `${inner}: has no value`, `give ${key.shape.words}`);
    else {
      const read = key.shape.read(entry.value, inner, complaints);
      if (read !== undefined) given[entry.key] = read;
    }
  }
  // Every value was read by the shape of its own key, which is what the type says.
  return { path, spot: value, given, spots } as Draft<K>;
}

/** A map that is not written, placed at `spot`. */
export const emptyDraft = <K extends Keys>(path: string, spot: Spot): Draft<K> => ({
  path,
  spot,
  given: {},
  spots: {},
});

/** The keys of a section after defaults; undefined for those that are faulty. */
export interface Settled<K extends Keys> {
  readonly path: string;
  readonly spot: Spot;
  readonly values: { readonly [P in keyof K]: ReadOf<K[P]> | undefined };
  /** Where the key stands: its value, or the section if it was left out. */
  spotOf(key: keyof K & string): Spot;
  /** Its dotted name there: under `defaults` if it was given there. */
  pathOf(key: keyof K & string): string;
  gives(key: keyof K & string): boolean;
}

/** Lays drafts over each other, the first one on top, and fills in defaults. */
export function settle<K extends Keys>(
  keys: K,
  drafts: readonly [Draft<K>, ...Draft<K>[]],
  complaints: Complaints,
): Settled<K> {
  const [top] = drafts;
  const values: Record<string, unknown> = {};
  const giver = (name: string): Draft<K> | undefined =>
    drafts.find((draft) => draft.spots[name] !== undefined);
  for (const [name, key] of Object.entries(keys)) {
    const from = giver(name);
    if (from !== undefined) values[name] = from.given[name];
    else if (key.fallback.kind === "value") values[name] = key.fallback.value;
    else if (key.fallback.kind === "derived") values[name] = key.fallback.from(values as never);
    else {
      // It stands there as faulty, and is not left out of what must be sound.
      values[name] = undefined;
      const message = `${top.path === "" ? "" : `${top.path}: `}${name} is missing`;
      complaints.at(top.spot, message, `add \`${name}:\` with ${key.shape.words}`);
    }
  }
  return {
    path: top.path,
    spot: top.spot,
    values: values as Settled<K>["values"],
    spotOf: (key) => giver(key)?.spots[key] ?? top.spot,
    pathOf(key) {
      const path = (giver(key) ?? top).path;
      return path === "" ? key : `${path}.${key}`;
    },
    gives: (key) => giver(key) !== undefined,
  };
}

/** The values when all of them, or all of `names`, are sound. */
export function sound<K extends Keys>(
  settled: Settled<K>,
  names: readonly (keyof K)[] = Object.keys(settled.values),
): { readonly [P in keyof K]: ReadOf<K[P]> } | undefined {
  return names.every((name) => settled.values[name] !== undefined)
    ? (settled.values as { readonly [P in keyof K]: ReadOf<K[P]> })
    : undefined;
}

/** The JSON schema of a section: no other keys, nothing required (`defaults` may give it). */
function sectionJson(keys: Keys): JsonSchema {
  const properties = Object.entries(keys).map(([name, key]) => [
    name,
    {
      description: key.help,
      ...(key.defaultValue === undefined ? {} : { default: key.defaultValue }),
      ...(key.nullable ? { anyOf: [key.shape.json, { type: "null" }] } : key.shape.json),
    },
  ]);
  return {
    type: ["object", "null"],
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  };
}
