/**
 * The fields of a form, made of the keys that the configuration's schema declares: what kind of
 * input each is, what may be chosen, and where its value stands. Pure.
 */
import type { KeyPath } from "../../config/editing/edit.ts";
import type { DescribedKey, JsonSchema } from "../../keys/shape.ts";

export type DescribedKeys = Readonly<Record<string, DescribedKey>>;

export interface Field {
  readonly kind: "field";
  /** Dotted, from the top of the form: `persistence.timeout`. Unique in the form. */
  readonly name: string;
  /** The same from the top of what the form is about. */
  readonly path: KeyPath;
  readonly key: DescribedKey;
  readonly input: Input;
}

export type Input =
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "flag" }
  /** One word or text; `plain`: never anything else, whatever it looks like. */
  | { readonly kind: "line"; readonly plain: boolean }
  /** A list, one item on each line; `commas`: or between commas. */
  | { readonly kind: "list"; readonly single: boolean; readonly commas: boolean }
  /** As in the file: maps, lists of maps. */
  | { readonly kind: "yaml" };

/** A map of keys. */
export interface Group {
  readonly kind: "group";
  readonly name: string;
  readonly path: KeyPath;
  readonly key: DescribedKey;
  /** It is there or not; one that is not optional is there with its defaults. */
  readonly optional: boolean;
  readonly parts: readonly Part[];
}

export type Part = Field | Group;

/** The parts for some keys of a section, in this order; dotted names reach into sections. */
export const partsOf = (keys: DescribedKeys, names: readonly string[]): readonly Part[] =>
  names.flatMap((name) => partAt(keys, name.split("."), []) ?? []);

/** Every key of a section, but for `without`. */
export const allParts = (keys: DescribedKeys, without: readonly string[]): readonly Part[] =>
  partsOf(
    keys,
    Object.keys(keys).filter((name) => !without.includes(name)),
  );

/** Every field of these parts, those of groups included. */
export const fieldsIn = (parts: readonly Part[]): readonly Field[] =>
  parts.flatMap((part) => (part.kind === "field" ? [part] : fieldsIn(part.parts)));

export const groupsIn = (parts: readonly Part[]): readonly Group[] =>
  parts.flatMap((part) => (part.kind === "field" ? [] : [part, ...groupsIn(part.parts)]));

function partAt(
  keys: DescribedKeys,
  [name = "", ...below]: string[],
  above: string[],
): Part | null {
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) return null;
  const path = [...above, name];
  const { inside, json } = key.shape;
  const isMap = inside?.kind === "section" && isMapOnly(json);
  if (isMap && below.length > 0) return partAt(inside.keys, below, path);
  const place = { name: path.join("."), path, key };
  if (!isMap) return { kind: "field", ...place, input: inputOf(key) };
  const parts = Object.keys(inside.keys).flatMap((one) => partAt(inside.keys, [one], path) ?? []);
  const optional = key.defaultWords !== null && key.defaultWords !== "{}" && isOptional(key);
  return { kind: "group", ...place, optional, parts };
}

/** Its absence is no map with defaults: `nullable` of keys/section.ts. */
const isOptional = (key: DescribedKey): boolean => "nullable" in key && key.nullable === true;

const typesOf = ({ type }: JsonSchema): readonly unknown[] =>
  Array.isArray(type) ? type : type === undefined ? [] : [type];

/** A map, or `true` for one with its defaults. */
const isMapOnly = (json: JsonSchema): boolean => {
  const alternatives: readonly JsonSchema[] = Array.isArray(json.anyOf) ? json.anyOf : [json];
  return alternatives.every((one) => typesOf(one).includes("object") || one.type === "boolean");
};

const choicesOf = ({ enum: values }: JsonSchema): readonly string[] | null =>
  Array.isArray(values) ? values.filter((value) => value !== null).map(String) : null;

function inputOf({ shape }: DescribedKey): Input {
  const { json, inside } = shape;
  const choices = choicesOf(json);
  if (choices !== null) return { kind: "choice", values: choices };
  if (typesOf(json).includes("boolean")) return { kind: "flag" };
  if (inside?.kind === "each" && inside.suffix === "[]") {
    const items = inside.shape;
    if (isMapOnly(items.json)) return { kind: "yaml" };
    const { type, maxLength } = items.json;
    const isText = type === "string" && typeof maxLength === "number" && maxLength > 300;
    return { kind: "list", single: Array.isArray(json.anyOf), commas: !isText };
  }
  if (inside !== undefined || isMapOnly(json)) return { kind: "yaml" };
  const alternatives: readonly JsonSchema[] = Array.isArray(json.anyOf) ? json.anyOf : [json];
  if (alternatives.some((one) => isMapOnly(one))) return { kind: "yaml" };
  return { kind: "line", plain: json.type === "string" };
}
