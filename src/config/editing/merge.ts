/**
 * Two changes of one configuration brought together, key by key: what was changed on one side alone
 * is taken, what was changed on both to different ends is a conflict and nothing is decided.
 */
import { isDeepStrictEqual } from "node:util";
import type { Edit, KeyPath, Written } from "./edit.ts";
import { meaningOf, parsed, withEdits } from "./with-edits.ts";

/** A key that has another value: undefined where it is not there. */
export interface KeyChange {
  readonly path: KeyPath;
  readonly before: Written | undefined;
  readonly after: Written | undefined;
}

/** A key that both sides changed, each in its way. */
export interface Conflict {
  readonly path: KeyPath;
  readonly base: Written | undefined;
  readonly mine: Written | undefined;
  readonly theirs: Written | undefined;
}

export type Merged =
  | { readonly kind: "merged"; readonly text: string; readonly taken: readonly KeyChange[] }
  | { readonly kind: "conflict"; readonly conflicts: readonly Conflict[] }
  /** One of the texts is no map of keys, or cannot be edited; why, for operators. */
  | { readonly kind: "impossible"; readonly why: string };

/**
 * What became of `mine` on top of `theirs`, both made of `base`. `yielding`: where both changed the
 * same key, theirs stays and mine is left out.
 */
export function merge(
  texts: { readonly base: string; readonly mine: string; readonly theirs: string },
  yielding = false,
): Merged {
  const [base, mine, theirs] = [texts.base, texts.mine, texts.theirs].map(mapIn);
  if (base === undefined || mine === undefined || theirs === undefined)
    return { kind: "impossible", why: "one of the texts cannot be read as YAML" };
  const ours = changesOf(base, mine);
  const others = changesOf(base, theirs);
  const conflicts = ours.flatMap((own): Conflict[] => {
    const other = others.find((one) => meet(own.path, one.path) && !same(own, one));
    if (other === undefined) return [];
    const path = own.path.length < other.path.length ? own.path : other.path;
    return [{ path, base: at(base, path), mine: at(mine, path), theirs: at(theirs, path) }];
  });
  if (conflicts.length > 0 && !yielding) return { kind: "conflict", conflicts };
  const taken = ours.filter((own) => !others.some((other) => meet(own.path, other.path)));
  const edits = taken.map(({ path, after }): Edit => {
    return after === undefined ? { kind: "remove", path } : { kind: "set", path, value: after };
  });
  const edited = withEdits(texts.theirs, edits);
  if ("refused" in edited) return { kind: "impossible", why: edited.refused };
  return { kind: "merged", text: edited.text, taken };
}

/** Whether two texts mean the same, whatever their comments and the order of their keys. */
export const meanSame = (one: string, other: string): boolean => {
  const a = mapIn(one);
  const b = mapIn(other);
  return a !== undefined && isDeepStrictEqual(a, b);
};

type WrittenMap = { readonly [key: string]: Written };

/** A text's map; empty for an empty text, undefined where it is none. */
function mapIn(text: string): WrittenMap | undefined {
  const document = parsed(text);
  if (document.errors.length > 0) return undefined;
  const value = document.contents === null ? {} : meaningOf(document);
  return isMap(value) ? value : undefined;
}

const isMap = (value: unknown): value is WrittenMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every save raises the serial by itself: it is no change of anybody's. */
const unowned = new Set(["serial"]);

/** The deepest keys that differ. A list counts as one value. */
export function changesOf(
  before: WrittenMap,
  after: WrittenMap,
  above: KeyPath = [],
): readonly KeyChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key): readonly KeyChange[] => {
    if (above.length === 0 && unowned.has(key)) return [];
    const path = [...above, key];
    const was = before[key];
    const is = after[key];
    if (isDeepStrictEqual(was, is)) return [];
    if (isMap(was) && isMap(is)) return changesOf(was, is, path);
    return [{ path, before: was, after: is }];
  });
}

/** Whether one of them stands in the other, or both are the same key. */
const meet = (one: KeyPath, other: KeyPath): boolean =>
  Array.from({ length: Math.min(one.length, other.length) }).every(
    (_, step) => one[step] === other[step],
  );

const same = (one: KeyChange, other: KeyChange): boolean =>
  one.path.length === other.path.length && isDeepStrictEqual(one.after, other.after);

function at(map: WrittenMap, path: KeyPath): Written | undefined {
  let value: Written | undefined = map;
  for (const step of path) {
    if (!isMap(value)) return undefined;
    value = value[String(step)];
  }
  return value;
}
