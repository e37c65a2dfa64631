/**
 * The kinds of values that keys can have: each reads a value of the text into a value of lvsd's, or
 * complains, and describes itself for the schema and the documentation.
 */
import { closest, distance } from "fastest-levenshtein";
import { clipped } from "../model/printable.ts";
import { type Ms, parseDuration, printDuration } from "../model/time.ts";
import type { Complaints, Spot } from "./complaints.ts";
import type { Value } from "./value.ts";

export type JsonSchema = { readonly [key: string]: unknown };

export interface Shape<T> {
  /** What the documentation calls the type. */
  readonly words: string;
  readonly json: JsonSchema;
  /** The shapes inside, for those who walk the description. */
  readonly inside?: Inside;
  /** True: an empty value means an empty list or map rather than a missing value. */
  readonly emptyAllowed?: boolean;
  /** A value as people read it, where it is not its own text. */
  print?(value: T): string;
  /** Undefined when `value` is no such thing; then the reason has been added to `complaints`. */
  read(value: Value, path: string, complaints: Complaints): T | undefined;
}

/** What a shape is made of: a map with known keys, or many of one shape. */
export type Inside =
  | { readonly kind: "section"; readonly keys: Readonly<Record<string, DescribedKey>> }
  | { readonly kind: "each"; readonly suffix: string; readonly shape: Shape<unknown> };

/**
 * What a value means to the machine, which decides what a configuration that arrives from outside
 * may say there (config/bounds.ts): an `executable` that lvsd runs, a `file` that it reads, the
 * `variables` of a program's environment.
 */
export type Naming = "executable" | "file" | "variables";

/** What few keys have and a declaration may leave out. */
export interface Traits {
  /** Left out: the value is only what it says. */
  readonly names?: Naming;
  /** The file holds a password: nothing that follows from its content leaves this machine. */
  readonly secret?: true;
  /** `root`: a configuration that arrives from outside must leave it as it is loaded. */
  readonly changedBy?: "root";
  /**
   * How `lvsd plan` shows a change. Left out: as a setting, by its path and both values. `table`:
   * as a change of the IPVS table or of the VIPs. `words`: in a sentence of its own.
   */
  readonly plan?: "table" | "words";
}

/** What is said about a key, apart from the type that it is read into. */
export interface DescribedKey extends Traits {
  readonly shape: Shape<unknown>;
  /** One or two sentences: what it means, what to choose. */
  readonly help: string;
  /** The default as it would be written in the file, or in words; null: the key must be given. */
  readonly defaultWords: string | null;
  /** The default as a value, for the schema. */
  readonly defaultValue?: unknown;
}

/** How much of a wrong value is shown. */
const quotedMax = 60;

/** A value for a message: its text, or what it is. */
export function shown(value: Value): string {
  if (value.kind !== "scalar") return `a ${value.kind}`;
  if (value.value === null) return "no value";
  return typeof value.value === "string" ? quoted(value.value) : value.text.slice(0, quotedMax);
}

/** A value that was read, for people; null is a key that was left out. */
export function printed<T>(shape: Shape<T>, value: T | null): string {
  if (value === null) return "none";
  if (typeof value === "string") return value;
  if (shape.print !== undefined) return shape.print(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export const quoted = (text: string): string => JSON.stringify(clipped(text, quotedMax + 1));

/** `did you mean "wlc"?`, or the list of what there is. */
export function suggest(word: string, known: readonly string[]): string {
  const near = nearest(word.toLowerCase().slice(0, quotedMax), known);
  return near === null ? `use one of ${known.join(", ")}` : `did you mean ${JSON.stringify(near)}?`;
}

/** The known word that was probably meant: up to half of its letters are wrong, or two swapped. */
function nearest(word: string, known: readonly string[]): string | null {
  const letters = (of: string): string => [...of].sort().join("");
  const swapped = known.find((one) => letters(one) === letters(word));
  if (swapped !== undefined) return swapped;
  const near = closest(word, known);
  return near !== undefined && distance(word, near) <= Math.max(1, near.length / 2) ? near : null;
}

/** The text of a scalar as written; undefined, with a complaint, for anything else. */
export function scalarText(
  value: Value,
  path: string,
  words: string,
  complaints: Complaints,
): string | undefined {
  if (value.kind === "scalar" && value.value !== null) return value.text;
  complaints.at(value, `${path}: ${shown(value)} where ${words} is expected`, `give ${words}`);
  return undefined;
}

/** A shape that is written as one word: `parse` yields the value, or the message and hint. */
export function scalarShape<T>(
  words: string,
  json: JsonSchema,
  parse: (text: string) =>
    | { readonly ok: T }
    // Half a million wrong words are not compared with what there is: the hint is made when asked.
    | { readonly wrong: string; readonly hint: string | (() => string) },
): Shape<T> {
  return {
    words,
    json,
    read(value, path, complaints) {
      const text = scalarText(value, path, words, complaints);
      if (text === undefined) return undefined;
      const parsed = parse(text);
      if ("ok" in parsed) return parsed.ok;
      const { wrong, hint } = parsed;
      const said = typeof hint === "string" ? hint : complaints.full ? null : hint();
      complaints.at(value, `${path}: ${wrong}`, said);
      return undefined;
    },
  };
}

/** What a length of time may be when nothing else is said: a day is the longest. */
const dayText = "24h";

/** A duration from `min` to `max`; `wholeSeconds` where the kernel counts in seconds. */
export function duration(limits: {
  readonly min?: string;
  readonly max?: string;
  readonly wholeSeconds?: boolean;
}): Shape<Ms> {
  const minText = limits.min ?? "0s";
  const maxText = limits.max ?? dayText;
  const min = parseDuration(minText) ?? Number.NaN;
  const max = parseDuration(maxText) ?? Number.NaN;
  const words = `a duration, ${minText} to ${maxText}`;
  const json = {
    anyOf: [
      { type: "string", pattern: "^\\d+(\\.\\d+)?\\s*(ms|s|m|h)?$" },
      { type: "number", minimum: min / 1000, maximum: max / 1000 },
    ],
  };
  const shape = scalarShape<Ms>(words, json, (text) => {
    const length = parseDuration(text);
    const hint = `use ${minText} to ${maxText}`;
    if (length === null)
      return {
        wrong: `${quoted(text)} is no duration`,
        hint: "write 250ms, 2s, 1.5s, 5m, 1h or a plain number of seconds",
      };
    if (length < min) return { wrong: `${printDuration(length)} is too short`, hint };
    if (length > max) return { wrong: `${printDuration(length)} is too long`, hint };
    if (limits.wholeSeconds === true && length % 1000 !== 0)
      return { wrong: `${printDuration(length)} is not a whole number of seconds`, hint };
    return { ok: length };
  });
  return {
    ...shape,
    read(value, path, complaints) {
      const length = shape.read(value, path, complaints);
      if (length === undefined || value.kind !== "scalar") return length;
      if (length > plainNumberMax && /^\d+(?:\.\d+)?$/.test(value.text)) {
        const message = `${path}: ${value.text.slice(0, quotedMax)} is ${printDuration(length)}`;
        const hint = `a plain number is seconds: write ${value.text}ms or ${printDuration(length)}`;
        complaints.warn(value, message, hint);
      }
      return length;
    },
    print: printDuration,
  };
}

/** Seconds without a unit are usual up to here; beyond, milliseconds were probably meant. */
const plainNumberMax = 60_000;

/** A whole number in decimal digits. */
export function whole(min: number, max: number, what = "a whole number"): Shape<number> {
  const words = `${what}, ${min} to ${max}`;
  const json = { type: "integer", minimum: min, maximum: max };
  return scalarShape(words, json, (text) => {
    if (!/^-?(0|[1-9]\d*)$/.test(text))
      return { wrong: `${quoted(text)} is not ${what}`, hint: `use ${min} to ${max}` };
    const number = Number(text);
    if (number < min) return { wrong: `${text} is too small`, hint: `use ${min} to ${max}` };
    if (number > max) return { wrong: `${text} is too large`, hint: `use ${min} to ${max}` };
    return { ok: number };
  });
}

/** `true` or `false`, the only two words for them in YAML 1.2. */
export const flag: Shape<boolean> = scalarShape(
  "`true` or `false`",
  { type: "boolean" },
  (text) => {
    if (text === "true" || text === "false") return { ok: text === "true" };
    const word = text.toLowerCase();
    const truth = ["yes", "on", "1", "true"].includes(word);
    const falsehood = ["no", "off", "0", "false"].includes(word);
    const hint = truth ? "write true" : falsehood ? "write false" : "write true or false";
    return { wrong: `${quoted(text)} is neither true nor false`, hint };
  },
);

/** One of a closed list. */
export function choice<const T extends string>(what: string, values: readonly T[]): Shape<T> {
  const words = values.map((value) => `\`${value}\``).join(", ");
  return scalarShape(words, { enum: values }, (text) => {
    const found = values.find((value) => value === text);
    if (found !== undefined) return { ok: found };
    return { wrong: `unknown ${what} ${quoted(text)}`, hint: () => suggest(text, values) };
  });
}

/** A line of text; `pattern` says what it must look like, in `what` for people. */
export function text(limits: {
  readonly what: string;
  readonly max: number;
  readonly pattern?: RegExp;
  readonly hint?: string;
}): Shape<string> {
  const { what, max, pattern } = limits;
  const json = {
    type: "string",
    maxLength: max,
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
  };
  return scalarShape(what, json, (written) => {
    const hint = limits.hint ?? `give ${what}`;
    if (written.length > max)
      return { wrong: `${quoted(written)} has more than ${max} characters`, hint };
    if (pattern !== undefined && !pattern.test(written))
      return { wrong: `${quoted(written)} is not ${what}`, hint };
    return { ok: written };
  });
}

/** A list; one value alone stands for a list of one where `single` is set. */
export function list<T>(
  shape: Shape<T>,
  limits: { readonly what: string; readonly max: number; readonly single?: boolean },
): Shape<readonly T[]> {
  const many: JsonSchema = { type: "array", maxItems: limits.max, items: shape.json };
  return {
    words: limits.what,
    json: limits.single === true ? { anyOf: [shape.json, many] } : many,
    inside: { kind: "each", suffix: "[]", shape },
    emptyAllowed: true,
    print: (items) => items.map((item) => printed(shape, item)).join(", ") || "none",
    read(value, path, complaints) {
      if (value.kind === "scalar" && value.value === null) return [];
      if (value.kind === "scalar" && limits.single === true) {
        const only = shape.read(value, path, complaints);
        return only === undefined ? undefined : [only];
      }
      if (value.kind !== "list") {
        const message = `${path}: ${shown(value)} where ${limits.what} is expected`;
        complaints.at(value, message, "write [a, b] or one `- a` line each");
        return undefined;
      }
      if (value.items.length > limits.max) {
        const message = `${path}: a list of ${value.items.length}`;
        complaints.at(value, message, `at most ${limits.max}`);
        return undefined;
      }
      const items = value.items.map((item, at) => shape.read(item, `${path}[${at}]`, complaints));
      const sound = items.filter((item): item is Awaited<T> & T => item !== undefined);
      return sound.length === items.length ? sound : undefined;
    },
  };
}

/** One member of a map from names to things of one shape. */
export interface Named<T> {
  readonly name: string;
  readonly nameSpot: Spot;
  /** Undefined when it could not be read; its problems are known then. */
  readonly value: T | undefined;
}

const nameCharactersMax = 63;

/**
 * Letters, digits, `-`, `_`, `.`: what stands in commands, paths of the API and metrics as it is.
 */
const namePattern = /^[A-Za-z0-9._-]{1,63}$/;

/** A map from the operator's names to things of one shape. */
export function named<T>(noun: string, max: number, shape: Shape<T>): Shape<readonly Named<T>[]> {
  return {
    words: `a map from name to ${noun}`,
    json: {
      type: ["object", "null"],
      propertyNames: { pattern: namePattern.source },
      additionalProperties: shape.json,
    },
    inside: { kind: "each", suffix: ".NAME", shape },
    emptyAllowed: true,
    read(value, path, complaints) {
      if (value.kind === "scalar" && value.value === null) return [];
      if (value.kind !== "map") {
        const message = `${path}: ${shown(value)} where a map of ${noun}s is expected`;
        complaints.at(value, message, `write one \`name:\` for each ${noun}`);
        return undefined;
      }
      if (value.entries.length > max) {
        complaints.at(value, `${path}: more than ${max} ${noun}s`, `at most ${max}`);
        return undefined;
      }
      return value.entries.map(({ key, keySpot, value: inner }) => {
        if (!namePattern.test(key))
          complaints.at(
            keySpot,
            `${path}: ${quoted(key)} is no name of a ${noun}`,
            "use 1 to 63 letters, digits, `-`, `_` and `.`",
          );
        // What is no name stands in the paths of the problems below it all the same.
        const name = clipped(key, nameCharactersMax);
        return { name, nameSpot: keySpot, value: shape.read(inner, `${path}.${name}`, complaints) };
      });
    },
  };
}
