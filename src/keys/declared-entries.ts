/**
 * Walks a written value together with the description of its keys, so that a rule can go by what a
 * key is declared to be and not by how it is called. Says nothing about values that their shapes
 * refuse.
 */
import type { DescribedKey, Inside } from "./shape.ts";
import type { MapEntry, Value } from "./value.ts";

/** An entry whose key is declared. */
export interface DeclaredEntry {
  /** The keys and names that lead to it, its own included. */
  readonly path: readonly string[];
  readonly key: DescribedKey;
  readonly entry: MapEntry;
  /** All entries of the map in which this one stands. */
  readonly siblings: readonly MapEntry[];
}

/** Every entry of `value` whose key stands in the description, outer ones first. */
export function* declaredEntries(
  inside: Inside | undefined,
  value: Value,
  above: readonly string[] = [],
): Generator<DeclaredEntry> {
  if (inside === undefined) return;
  if (value.kind === "list")
    // Where several of the same may be given, each item is described as one alone would be.
    for (const item of value.items) yield* declaredEntries(itemOf(inside), item, above);
  else if (value.kind === "map" && isList(inside))
    yield* declaredEntries(itemOf(inside), value, above);
  else if (value.kind === "map")
    for (const entry of value.entries) {
      const path = [...above, entry.key];
      const key = inside.kind === "section" ? declared(inside, entry.key) : undefined;
      if (key !== undefined) yield { path, key, entry, siblings: value.entries };
      const next = inside.kind === "section" ? key?.shape.inside : inside.shape.inside;
      yield* declaredEntries(next, entry.value, path);
    }
}

const isList = (inside: Inside): boolean => inside.kind === "each" && inside.suffix === "[]";

const itemOf = (inside: Inside): Inside | undefined =>
  inside.kind === "each" && inside.suffix === "[]" ? inside.shape.inside : inside;

const declared = (inside: Inside & { kind: "section" }, name: string): DescribedKey | undefined =>
  Object.hasOwn(inside.keys, name) ? inside.keys[name] : undefined;
