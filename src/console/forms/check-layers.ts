/**
 * An inherited list of checks with what lies over and under it, written as one list: what a check
 * that is added to it needs, since a list of its own takes the place of the inherited one. As
 * config/check-draft.ts settles layers. Pure.
 */
import { rhythmKeys } from "../../check/check-keys.ts";
import { type CheckTypeName, checkTypeNames } from "../../check/check-types.ts";
import type { Written } from "../../config/editing/edit.ts";
import { keysOf } from "../../config/schema/check.ts";

type Map = Readonly<Record<string, Written>>;

/**
 * The items of a list that checks the same as `layers`, the first one on top, each the meaning of a
 * `check:`; null: none of them is a list. `plain`: the type where none is given.
 */
export function itemsOf(
  layers: readonly unknown[],
  plain: CheckTypeName,
): readonly Written[] | null {
  const at = layers.findIndex(Array.isArray);
  if (at < 0) return null;
  const below = layers.slice(at + 1);
  const next = below.findIndex(Array.isArray);
  const over = layers.slice(0, at).filter(isMap);
  const under = (next < 0 ? below : below.slice(0, next)).filter(isMap);
  const listed = (layers[at] as readonly unknown[]).filter(isMap);
  const any = [...over, ...listed, ...under].find((map) => typeof map.any === "boolean")?.any;
  return listed
    .filter((item) => Object.keys(item).some((key) => key !== "any"))
    .map((item, order) => {
      const type = typeOf([item, ...under]) ?? plain;
      const { type: _, any: __, ...keys } = merged({ item, over, under }, type);
      return { type, ...(order === 0 && any !== undefined ? { any } : {}), ...keys };
    });
}

interface Layered {
  readonly item: Map;
  readonly over: readonly Map[];
  readonly under: readonly Map[];
}

/** The keys that count for a check of this type. */
function merged({ item, over, under }: Layered, type: CheckTypeName): Map {
  const fitting = over.filter((map) => map.type == null || map.type === type);
  const lower = under.map((map, at) => {
    const own = typeOf(under.slice(at)) ?? type;
    return own === type ? map : only(map, Object.keys(rhythmKeys));
  });
  const known = Object.keys(keysOf(type));
  const layers = [
    ...lower.toReversed(),
    item,
    ...fitting.map((map) => only(map, known)).toReversed(),
  ];
  // Its own keys stay in front.
  return Object.assign({}, ...[item, ...layers].map(given)) as Map;
}

const typeOf = (maps: readonly Map[]): CheckTypeName | undefined => {
  const giver = maps.find((map) => map.type != null);
  return checkTypeNames.find((name) => name === giver?.type);
};

const only = (map: Map, keys: readonly string[]): Map =>
  Object.fromEntries(Object.entries(map).filter(([key]) => keys.includes(key)));

/** A key without a value is left out. */
const given = (map: Map): Map =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));

const isMap = (layer: unknown): layer is Map =>
  typeof layer === "object" && layer !== null && !Array.isArray(layer);
