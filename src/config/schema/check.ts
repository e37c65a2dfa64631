/**
 * The key `check` as it is read: one map or a list of maps, whose keys are those of all types
 * together. A check is laid over the one that it inherits from before its type is known, so a map
 * is read by the keys of a type when that type asks for it.
 */

import { rhythmKeys } from "../../check/check-keys.ts";
import {
  type CheckTypeName,
  checkTypeNames,
  declaredTypes,
  typeNamed,
} from "../../check/check-types.ts";
import { Complaints, type Spot } from "../../keys/complaints.ts";
import {
  type Draft,
  type Key,
  type Keys,
  optional,
  preset,
  readSection,
} from "../../keys/section.ts";
import {
  choice,
  type DescribedKey,
  flag,
  type JsonSchema,
  type Shape,
  shown,
  suggest,
} from "../../keys/shape.ts";
import type { MapEntry, MapValue, Value } from "../../keys/value.ts";

/** Of a list at most; each is a connection of its own per interval. */
export const checksMax = 16;

/** The keys that a check has whatever its type. */
export const everyTypesKeys = {
  type: optional(
    choice("type of check", checkTypeNames),
    "`tcp` for tcp services, `none` for udp and sctp services",
    "How a try is made; docs/checks.md describes each type with its keys. `none` makes none and counts the real server as up.",
  ),
  ...rhythmKeys,
  via: preset(
    choice("way", ["direct", "service"]),
    "direct",
    "`service`: through IPVS to the VIP, by the real server's forwarding method, as clients are led; docs/paths.md. While a router does not hold the VIPs its checks go `direct`.",
  ),
  any: optional(
    flag,
    "`false`",
    "For a list of checks, in any of its maps: `true` and one passed check suffices, else all must pass.",
  ),
};

/** The keys that a check of a type has, those of every type included. */
export const keysOf = (type: CheckTypeName): Keys => ({
  ...everyTypesKeys,
  ...typeNamed(type).keys,
});

/** One map as it was written. */
export interface CheckMap {
  readonly path: string;
  readonly spot: Spot;
  /** Null where it gives none, undefined where the type is faulty. */
  readonly type: CheckTypeName | null | undefined;
  readonly any: boolean | null;
  /** What it gives of keys that some type has. */
  readonly entries: ReadonlyMap<string, MapEntry>;
  /** What it gives of the keys of a type, the others left out. */
  draft(type: CheckTypeName, complaints: Complaints): Draft<Keys>;
}

/** What one `check:` gives. */
export type CheckLayer =
  | { readonly kind: "one"; readonly map: CheckMap }
  | {
      readonly kind: "list";
      readonly path: string;
      readonly spot: Spot;
      readonly maps: readonly CheckMap[];
    };

const distinct = (schemas: readonly JsonSchema[]): readonly JsonSchema[] => [
  ...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values(),
];

/** By name, what the types have under it: several where they mean different things by it. */
const declarations: ReadonlyMap<string, ReadonlyMap<DescribedKey, readonly string[]>> = (() => {
  const found = new Map<string, Map<DescribedKey, string[]>>();
  const add = (name: string, key: DescribedKey, type: string): void => {
    const keys = found.get(name) ?? new Map<DescribedKey, string[]>();
    found.set(name, keys.set(key, [...(keys.get(key) ?? []), type]));
  };
  for (const [name, key] of Object.entries(everyTypesKeys)) add(name, key, "every type");
  for (const type of declaredTypes)
    for (const [name, key] of Object.entries(type.keys)) add(name, key, type.name);
  return found;
})();

/** The types that have a key. */
export const typesWith = (name: string): readonly string[] =>
  declaredTypes.filter(({ keys }) => Object.hasOwn(keys, name)).map((type) => type.name);

/** The keys of all types together, as the schema and the documentation describe them. */
export const checkKeys: Readonly<Record<string, DescribedKey>> = Object.fromEntries(
  [...declarations].map(([name, keys]) => [name, described([...keys])]),
);

function described(keys: readonly (readonly [DescribedKey, readonly string[]])[]): DescribedKey {
  const [[first] = [], ...others] = keys;
  if (first === undefined) throw new RangeError("a key without a declaration");
  if (others.length === 0) return first;
  const each = (say: (key: DescribedKey) => string): string => {
    const said = new Map<string, string[]>();
    for (const [key, types] of keys)
      said.set(say(key), [...(said.get(say(key)) ?? []), ...types.map((type) => `\`${type}\``)]);
    const [[only] = [], ...more] = said;
    if (only !== undefined && more.length === 0) return only;
    return [...said].map(([text, types]) => `${types.join(", ")}: ${text}`).join(" ");
  };
  const { defaultValue, ...key } = first;
  const json = { anyOf: distinct(keys.map(([one]) => one.shape.json)) };
  return {
    ...key,
    shape: { ...first.shape, words: each((one) => one.shape.words), json },
    help: each((one) => one.help),
    defaultWords: each((one) => one.defaultWords ?? "needed"),
  };
}

/** One map of a check. */
export const checkMapJson: JsonSchema = {
  type: ["object", "null"],
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries(checkKeys).map(([name, { shape, help, defaultValue }]) => [
      name,
      {
        description: help,
        ...(defaultValue === undefined ? {} : { default: defaultValue }),
        anyOf: [shape.json, { type: "null" }],
      },
    ]),
  ),
};

/** A check as `check:` takes it: one map, or a list of them. */
export const checkShape: Shape<CheckLayer> = {
  words: "a map, or a list of maps",
  json: {
    anyOf: [checkMapJson, { type: "array", minItems: 1, maxItems: checksMax, items: checkMapJson }],
  },
  inside: { kind: "section", keys: checkKeys },
  emptyAllowed: true,
  read(value, path, complaints) {
    if (value.kind !== "list") {
      const map = readMap(value, path, complaints);
      return map === undefined ? undefined : { kind: "one", map };
    }
    if (value.items.length === 0 || value.items.length > checksMax) {
      const what = value.items.length === 0 ? "an empty list" : `${value.items.length} checks`;
      complaints.at(value, `${path}: ${what}`, `give 1 to ${checksMax} checks`);
      return undefined;
    }
    const maps = value.items.map((item, at) => readMap(item, `${path}[${at}]`, complaints));
    const sound = maps.filter((map) => map !== undefined);
    return sound.length === maps.length
      ? { kind: "list", path, spot: value, maps: sound }
      : undefined;
  },
};

function readMap(value: Value, path: string, complaints: Complaints): CheckMap | undefined {
  const empty = value.kind === "scalar" && value.value === null;
  if (value.kind !== "map" && !empty) {
    const message = `${path}: ${shown(value)} where a map of keys is expected`;
    complaints.at(value, message, "write one `key: value` line each");
    return undefined;
  }
  const written = value.kind === "map" ? value.entries : [];
  const common = readSection(
    everyTypesKeys,
    only(value, written, everyTypesKeys),
    path,
    complaints,
  );
  const gives = written.some(({ key }) => key === "type");
  const type = gives ? common?.given.type : null;
  const entries = new Map<string, MapEntry>();
  for (const entry of written) {
    if (declarations.has(entry.key)) entries.set(entry.key, entry);
    else {
      const known = type ? Object.keys(keysOf(type)) : [...declarations.keys()];
      const message = `${path}: unknown key ${JSON.stringify(entry.key.slice(0, 63))}`;
      complaints.at(entry.keySpot, message, suggest(entry.key, known));
    }
  }
  const drafts = new Map<CheckTypeName, Draft<Keys>>();
  const draft = (of: CheckTypeName, to: Complaints): Draft<Keys> => {
    const known = drafts.get(of);
    if (known !== undefined) return known;
    const keys = keysOf(of);
    const read = readSection(keys, only(value, written, keys), path, to);
    if (read === undefined) throw new RangeError(`${path} is no map`);
    drafts.set(of, read);
    return read;
  };
  if (type) draft(type, complaints);
  else refuseForAll(written, path, complaints);
  return { path, spot: value, type, any: common?.given.any ?? null, entries, draft };
}

/** The value with only the entries whose keys are among these. */
function only(value: Value, entries: readonly MapEntry[], keys: Keys): Value {
  if (value.kind !== "map") return value;
  const known = entries.filter(({ key }) => Object.hasOwn(keys, key));
  return { ...value, entries: known } satisfies MapValue;
}

/** Complains of values that no type would take, where the type is not known yet. */
function refuseForAll(entries: readonly MapEntry[], path: string, complaints: Complaints): void {
  for (const entry of entries) {
    const keys = [...(declarations.get(entry.key)?.keys() ?? [])] as Key<unknown>[];
    const takes = (key: Key<unknown>, to: Complaints): boolean =>
      readSection({ [entry.key]: key }, oneEntry(entry), path, to)?.given[entry.key] !== undefined;
    const [first] = keys;
    if (first === undefined || keys.some((key) => takes(key, new Complaints()))) continue;
    takes(first, complaints);
  }
}

const oneEntry = (entry: MapEntry): MapValue => ({
  kind: "map",
  entries: [entry],
  source: entry.keySpot.source,
  offset: entry.keySpot.offset,
  size: 1,
  depth: 1,
});
