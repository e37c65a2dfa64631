/**
 * A YAML document as plain values, each of which knows where it stands. Aliases are resolved: one
 * value for each anchor, however often it is used. Knows no key of lvsd's.
 *
 * Invariant: what `resolve` returns is a tree of at most `valuesMax` values, aliases counted as
 * often as they are used, at most `depthMax` deep, and no map holds a key twice.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLMap } from "yaml";
import { clipped } from "../model/printable.ts";
import type { Complaints, Spot } from "./complaints.ts";

/** The deepest key of lvsd's stands 8 deep. Keeps recursion short. */
export const depthMax = 24;

/** 50,000 real servers with six keys each, and room: what a bomb of aliases cannot pass. */
export const valuesMax = 500_000;

/** As in an implicit key (YAML 1.2.2 section 7.4.2); the longest that lvsd knows has 256. */
const keyCharactersMax = 1024;

/** Sixteen times the longest text that a key of lvsd's takes. */
const textCharactersMax = 64 * 1024;

interface Placed extends Spot {
  /** Values in it, itself and what aliases stand for counted in. */
  readonly size: number;
  readonly depth: number;
}

export interface ScalarValue extends Placed {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As it is written in the file for plain scalars (`0x50`, `1.10`), else the quoted text. */
  readonly text: string;
}

export interface ListValue extends Placed {
  readonly kind: "list";
  readonly items: readonly Value[];
}

export interface MapValue extends Placed {
  readonly kind: "map";
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly keySpot: Spot;
  readonly value: Value;
}

export type Value = ScalarValue | ListValue | MapValue;

/** The document's value. What breaks a bound or has no meaning is complained of and left out. */
export function resolve(
  document: Document.Parsed,
  source: Spot["source"],
  complaints: Complaints,
): Value {
  const resolver = new Resolver(source, complaints);
  return resolver.value(document.contents, 1, { source, offset: 0 });
}

class Resolver {
  readonly #source: Spot["source"];
  readonly #complaints: Complaints;
  /** Anchors above the present node; null while the anchored value is still being resolved. */
  readonly #anchors = new Map<string, Value | null>();
  #overflow = false;

  constructor(source: Spot["source"], complaints: Complaints) {
    this.#source = source;
    this.#complaints = complaints;
  }

  /** `emptySpot` is where a value stands that was left out. */
  value(node: unknown, depth: number, emptySpot: Spot): Value {
    if (isAlias(node)) return this.#followed(node.source, depth, this.#spot(node, emptySpot));
    if (isScalar(node)) {
      const empty = node.value === null && !node.source;
      const value = this.#scalar(node, empty ? emptySpot : this.#spot(node, emptySpot));
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, value);
      return value;
    }
    const spot = this.#spot(node, emptySpot);
    if (!isMap(node) && !isSeq(node)) return nothing(spot);
    if (depth > depthMax) return this.#refused(spot, "nested too deeply", deepHint);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, null);
    const value = isMap(node)
      ? this.#map(node, depth, spot)
      : list(
          node.items.map((item) => this.value(item, depth + 1, spot)),
          spot,
        );
    if (value.size > valuesMax && !this.#overflow) {
      this.#overflow = true;
      const message = `more than ${valuesMax} values, aliases counted as often as they are used`;
      this.#refused(spot, message, "is there a mistake in the anchors?");
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, value);
    return value;
  }

  /** Its length is judged first: what is too long is read, and repeated, nowhere else. */
  #scalar(node: Scalar, spot: Spot): ScalarValue {
    const value = scalar(node, spot);
    if (value.text.length <= textCharactersMax) return value;
    const message = `a text of ${value.text.length} characters`;
    this.#complaints.at(spot, message, `at most ${textCharactersMax}; is a quote missing?`);
    return nothing(spot);
  }

  #map(node: YAMLMap, depth: number, spot: Spot): MapValue {
    const entries = new Map<string, MapEntry>();
    for (const pair of node.items) {
      const keySpot = this.#spot(pair.key, spot);
      const key = isScalar(pair.key) && pair.key.value !== null ? textOf(pair.key) : null;
      if (key === null || key === "<<") {
        const what = key === null ? "a key that is no plain text" : "merge keys (<<) are not read";
        this.#refused(keySpot, what, "what servers share can stand under `defaults`");
        continue;
      }
      if (key.length > keyCharactersMax) {
        const message = `a key of more than ${keyCharactersMax} characters`;
        this.#refused(keySpot, message, "is a line break missing?");
        continue;
      }
      const first = entries.get(key);
      const value = this.value(pair.value, depth + 1, keySpot);
      if (first === undefined) {
        entries.set(key, { key, keySpot, value });
        continue;
      }
      const { line } = first.keySpot.source.placeOf(first.keySpot.offset);
      const message = `the key ${JSON.stringify(clipped(key, 64))} stands here a second time`;
      this.#refused(keySpot, message, `it stands in line ${line} already`);
    }
    const values = [...entries.values()];
    return {
      kind: "map",
      entries: values,
      ...spot,
      ...extent(values.map((entry) => entry.value)),
    };
  }

  #followed(anchor: string, depth: number, spot: Spot): Value {
    const value = this.#anchors.get(anchor);
    if (value === undefined)
      return this.#refused(
        spot,
        `no anchor &${clipped(anchor, 64)} stands above this alias`,
        "set it first",
      );
    if (value === null)
      return this.#refused(
        spot,
        `*${clipped(anchor, 64)} stands inside of &${clipped(anchor, 64)}`,
        "remove the alias",
      );
    if (depth + value.depth > depthMax) return this.#refused(spot, "nested too deeply", deepHint);
    return value;
  }

  #refused(spot: Spot, message: string, hint: string): Value {
    this.#complaints.at(spot, message, hint);
    return nothing(spot);
  }

  #spot(node: unknown, otherwise: Spot): Spot {
    const range =
      typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
    if (!Array.isArray(range)) return otherwise;
    return { source: this.#source, offset: Number(range[0]) };
  }
}

const deepHint = `at most ${depthMax} levels`;

const textOf = (node: Scalar): string =>
  typeof node.value === "string" ? node.value : (node.source ?? String(node.value));

function scalar(node: Scalar, spot: Spot): ScalarValue {
  const { value } = node;
  const kept =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? value
      : null;
  return { kind: "scalar", value: kept, text: textOf(node), size: 1, depth: 1, ...spot };
}

const nothing = (spot: Spot): ScalarValue => ({
  kind: "scalar",
  value: null,
  text: "",
  size: 1,
  depth: 1,
  ...spot,
});

const list = (items: readonly Value[], spot: Spot): ListValue => ({
  kind: "list",
  items,
  ...spot,
  ...extent(items),
});

function extent(parts: readonly Value[]): { size: number; depth: number } {
  let size = 1;
  let depth = 0;
  for (const part of parts) {
    size += part.size;
    depth = Math.max(depth, part.depth);
  }
  return { size, depth: depth + 1 };
}

/** A value that stands in no file: a default, as an operator would write it. */
export function literal(value: unknown): Value {
  const spot: Spot = {
    source: { file: "", placeOf: () => ({ line: 1, column: 1 }) },
    offset: 0,
  };
  if (Array.isArray(value)) return list(value.map(literal), spot);
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => ({
      key,
      keySpot: spot,
      value: literal(inner),
    }));
    return { kind: "map", entries, ...spot, ...extent(entries.map((entry) => entry.value)) };
  }
  const kept =
    typeof value === "number" || typeof value === "boolean" || value === null
      ? value
      : String(value);
  return { ...nothing(spot), value: kept, text: kept === null ? "" : String(kept) };
}

/** The value as JavaScript would write it, without its places. */
export function plain(value: Value): unknown {
  if (value.kind === "scalar") return value.value;
  if (value.kind === "list") return value.items.map(plain);
  return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
}
