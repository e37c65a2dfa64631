/**
 * The fields of a form, made of the keys that the configuration's schema declares: what kind of
 * input each is, what may be chosen, and where its value stands. Pure.
 */
import type { KeyPath } from "../../config/editing/edit.ts";
import type { DescribedKey, JsonSchema } from "../../keys/shape.ts";

export type DescribedKeys = Readonly<Record<string, DescribedKey>>;

interface Place {
  /** Dotted, from the top of the form: `persistence.timeout`. Unique in the form. */
  readonly name: string;
  /** The same from the top of what the form is about. */
  readonly path: KeyPath;
  readonly key: DescribedKey;
}

export interface Field extends Place {
  readonly kind: "field";
  readonly input: Input;
}

export type Input =
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "flag" }
  /** One word or text; `plain`: never anything else, whatever it looks like. */
  | { readonly kind: "line"; readonly plain: boolean }
  /** A list, one item on each line; `commas`: or between commas; `single`: one may stand alone. */
  | { readonly kind: "list"; readonly single: boolean; readonly commas: boolean };

/** A map of keys. */
export interface Group extends Place {
  readonly kind: "group";
  readonly presence: Presence;
  readonly parts: readonly Part[];
}

export type Presence =
  /** It is there with its defaults, whatever is written of it. */
  | { readonly kind: "always" }
  /** It is there or not. */
  | { readonly kind: "optional" }
  /** One of these words may stand in its place: `damping: off`, `tls: true`. */
  | { readonly kind: "words"; readonly words: readonly string[] };

/** A list of maps, each with the same keys. */
export interface Rows extends Place {
  readonly kind: "rows";
  readonly keys: DescribedKeys;
  readonly max: number;
}

/** A map from the operator's names to texts. */
export interface Pairs extends Place {
  readonly kind: "pairs";
}

export type Part = Field | Group | Rows | Pairs;

/** What a value is typed into. */
export type Leaf = Exclude<Part, Group>;

/** The parts for some keys of a section, in this order; dotted names reach into sections. */
export const partsOf = (keys: DescribedKeys, names: readonly string[]): readonly Part[] =>
  names.flatMap((name) => partAt(keys, name.split("."), []) ?? []);

/** Every key of a section, but for `without`. */
export const allParts = (keys: DescribedKeys, without: readonly string[]): readonly Part[] =>
  partsOf(
    keys,
    Object.keys(keys).filter((name) => !without.includes(name)),
  );

/** The parts of the row at this place of the list. */
export const rowParts = ({ keys, path }: Rows, at: number): readonly Part[] =>
  Object.keys(keys).flatMap((name) => partAt(keys, [name], [...path, at]) ?? []);

/** What values are typed into, that of groups included. */
export const leavesIn = (parts: readonly Part[]): readonly Leaf[] =>
  parts.flatMap((part) => (part.kind === "group" ? leavesIn(part.parts) : [part]));

export const groupsIn = (parts: readonly Part[]): readonly Group[] =>
  parts.flatMap((part) => (part.kind === "group" ? [part, ...groupsIn(part.parts)] : []));

function partAt(keys: DescribedKeys, [name = "", ...below]: string[], above: KeyPath): Part | null {
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) return null;
  const path = [...above, name];
  const { inside, json } = key.shape;
  const place = { name: path.join("."), path, key };
  const isMap = inside?.kind === "section" && isMapOrWord(json);
  if (isMap && below.length > 0) return partAt(inside.keys, below, path);
  if (isMap) {
    const parts = Object.keys(inside.keys).flatMap((one) => partAt(inside.keys, [one], path) ?? []);
    return { kind: "group", ...place, presence: presenceOf(key), parts };
  }
  // What the operator names has a page each.
  if (inside?.kind === "each" && inside.suffix !== "[]") return null;
  const items = inside?.kind === "each" ? inside.shape.inside : undefined;
  if (items?.kind === "section")
    return { kind: "rows", ...place, keys: items.keys, max: Number(json.maxItems) };
  const isPairs = inside === undefined && typeof json.additionalProperties === "object";
  if (isPairs) return { kind: "pairs", ...place };
  return { kind: "field", ...place, input: inputOf(key) };
}

function presenceOf(key: DescribedKey): Presence {
  const words = alternativesOf(key.shape.json).flatMap(wordsOf);
  if (words.length > 0) return { kind: "words", words };
  // Its absence is no map with defaults: `nullable` of keys/section.ts.
  const isOptional = "nullable" in key && key.nullable === true;
  const isLeftOut = key.defaultWords !== null && key.defaultWords !== "{}";
  return { kind: isOptional && isLeftOut ? "optional" : "always" };
}

const typesOf = ({ type }: JsonSchema): readonly unknown[] =>
  Array.isArray(type) ? type : type === undefined ? [] : [type];

/** The shapes that a value may have, those inside of others included. */
const alternativesOf = (json: JsonSchema): readonly JsonSchema[] =>
  Array.isArray(json.anyOf)
    ? (json.anyOf as readonly JsonSchema[]).flatMap(alternativesOf)
    : [json];

const isObject = (json: JsonSchema): boolean => typesOf(json).includes("object");

/** The words of a closed list. */
function wordsOf(json: JsonSchema): readonly string[] {
  if (json.const !== undefined) return [String(json.const)];
  if (json.type === "boolean") return ["true", "false"];
  return choicesOf(json) ?? [];
}

/** A map, or a word in its place. */
function isMapOrWord(json: JsonSchema): boolean {
  const all = alternativesOf(json);
  return all.some(isObject) && all.every((one) => isObject(one) || wordsOf(one).length > 0);
}

const choicesOf = ({ enum: values }: JsonSchema): readonly string[] | null =>
  Array.isArray(values) ? values.filter((value) => value !== null).map(String) : null;

/** Longer texts have commas in them. */
const wordMax = 300;

/** Throws RangeError for what no field holds: each key of the schema has one. */
function inputOf({ shape: { json, words } }: DescribedKey): Input {
  const choices = choicesOf(json);
  if (choices !== null) return { kind: "choice", values: choices };
  if (typesOf(json).includes("boolean")) return { kind: "flag" };
  const alternatives = alternativesOf(json);
  if (alternatives.some(isObject)) throw new RangeError(`there is no field for ${words}`);
  const many = alternatives.find((one) => typesOf(one).includes("array"));
  // A list of one at most is as good as that one.
  if (many === undefined || many.maxItems === 1)
    return { kind: "line", plain: json.type === "string" };
  const items = (many.items ?? {}) as JsonSchema;
  if (alternativesOf(items).some(isObject)) throw new RangeError(`there is no field for ${words}`);
  const isText = items.type === "string" && Number(items.maxLength) > wordMax;
  return { kind: "list", single: alternatives.length > 1, commas: !isText };
}

/** The names of inputs: a key's value, and whether (or as which word) a group stands there. */
export const inputName = (name: string): string => `k.${name}`;
export const useName = (name: string): string => `use.${name}`;
/** What is done with a row as a whole. */
export const rowName = ({ name }: Rows, at: number): string => `row.${name}.${at}`;
/** The name of a pair; its value is `inputName` of the same. */
export const pairName = ({ name }: Pairs, at: number): string => `name.${name}.${at}`;

/** The choice of a group with words: none of them, but the map. */
export const settingsWord = "{}";

export const rowActions = ["up", "down", "remove"] as const;

/** Rows of one list that a form shows; the text itself has the others. */
export const rowsShownMax = 100;
/** Empty rows that a form offers behind them. */
export const blankRows = 2;
