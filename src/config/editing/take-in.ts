/**
 * The main file with the entries of its included files in it, in place of `include`: what makes
 * them editable through lvsd, which stores the main file alone. Their lines come with comments and
 * order where both files are written in lines; else their values do.
 *
 * Invariant: what comes out means what the files meant together. It is read again to see that.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Pair,
  visit,
} from "yaml";
import type { Edit, Written } from "./edit.ts";
import { type Edited, meaningOf, parsed, says, withEdits } from "./with-edits.ts";

export interface IncludedText {
  /** Named in a comment above what comes from it. */
  readonly name: string;
  readonly text: string;
}

type Meaning = Readonly<Record<string, unknown>>;

/** Which keys an included file may have: a list, and a map by name. */
const keys = ["vips", "virtual_servers"] as const;
type Key = (typeof keys)[number];

/** Never throws. Each text is sound by itself. */
export function withIncluded(text: string, files: readonly IncludedText[]): Edited {
  const main = meaningIn(text);
  const given = files.map((file) => meaningIn(file.text));
  const servers = [main, ...given].flatMap((one) => Object.keys(mapAt(one, "virtual_servers")));
  const twice = servers.find((name, at) => servers.indexOf(name) !== at);
  if (twice !== undefined)
    return { refused: `virtual_servers.${twice}: this name is given a second time` };
  const alone = withEdits(
    text,
    main.include === undefined ? [] : [{ kind: "remove", path: ["include"] }],
  );
  if ("refused" in alone) return alone;
  let present = alone.text;
  for (const key of keys) {
    const values = given.map((one) => one[key]).filter(isFilled);
    if (values.length === 0) continue;
    const before = meaningIn(present);
    const wanted = { ...before, [key]: together(key, [before[key], ...values]) };
    const lines = inLines(present, key, files);
    if (lines !== null && says(lines, wanted)) {
      present = lines;
      continue;
    }
    const set = withEdits(present, settings(key, before[key], values));
    if ("refused" in set) return set;
    present = set.text;
  }
  return { text: present };
}

const meaningIn = (text: string): Meaning => (meaningOf(parsed(text)) ?? {}) as Meaning;

const mapAt = (one: Meaning, key: Key): Meaning => (one[key] ?? {}) as Meaning;

const isFilled = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0;

const together = (key: Key, values: readonly unknown[]): unknown =>
  key === "vips"
    ? values.flatMap((value) => value ?? [])
    : Object.assign({}, ...(values as Meaning[]));

/** As values, without what is written next to them. */
function settings(key: Key, before: unknown, values: readonly unknown[]): readonly Edit[] {
  if (key === "vips" || !isFilled(before))
    return [{ kind: "set", path: [key], value: together(key, [before, ...values]) as Written }];
  return values.flatMap((value) =>
    Object.entries(value as Readonly<Record<string, Written>>).map(
      ([name, server]): Edit => ({ kind: "set", path: [key, name], value: server }),
    ),
  );
}

/** The text with the lines of the files behind those of `key`; null: one is not written in lines. */
function inLines(text: string, key: Key, files: readonly IncludedText[]): string | null {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const bodies = files.map((file) => bodyOf(file, key));
  if (bodies.includes(null)) return null;
  const place = placeIn(text, key);
  if (place === null) return null;
  const { at, column, head } = place;
  const indent = " ".repeat(column);
  const lines = bodies.flatMap((body) => body ?? []);
  const written = [...head, ...lines.map((line) => (line === "" ? "" : `${indent}${line}`))];
  const before = text.slice(0, at);
  const gap = before === "" || before.endsWith("\n") ? "" : newline;
  return `${before}${gap}${written.join(newline)}${newline}${text.slice(at)}`;
}

/** Where lines go: behind the present ones of the key, or under it at the end of the text. */
function placeIn(
  text: string,
  key: Key,
): { readonly at: number; readonly column: number; readonly head: readonly string[] } | null {
  const section = sectionOf(text, key);
  if (section === null) return null;
  if (section === "missing") return { at: text.length, column: 2, head: [`${key}:`] };
  return { at: section.end, column: section.column, head: [] };
}

/** The lines of a key in a file, at column 0, under a comment that names it; null: it has no lines. */
function bodyOf({ name, text }: IncludedText, key: Key): readonly string[] | null {
  if (!isFilled(meaningIn(text)[key])) return [];
  const section = sectionOf(text, key);
  if (section === null || section === "missing" || section.isShared) return null;
  const { column, above, onItsLine, start, end } = section;
  const own = text
    .slice(start, end)
    .split(/\r?\n/)
    .map((line) => {
      const indent = /^ */.exec(line)?.[0].length ?? 0;
      return line.slice(Math.min(indent, column));
    });
  while (own.at(-1) === "") own.pop();
  return [`# from ${name}`, ...above, ...onItsLine, ...own];
}

interface Section {
  /** Of its items. */
  readonly column: number;
  /** Comments over the key, and on its line. */
  readonly above: readonly string[];
  readonly onItsLine: readonly string[];
  /** The lines below the key's own. */
  readonly start: number;
  readonly end: number;
  /** It has anchors or aliases, which mean nothing in another text. */
  readonly isShared: boolean;
}

function sectionOf(text: string, key: Key): Section | "missing" | null {
  const document = parsed(text);
  const { contents } = document;
  if (contents === null) return "missing";
  if (!isMap(contents) || contents.flow === true) return null;
  const pairs = contents.items as Pair[];
  const at = pairs.findIndex((pair) => isScalar(pair.key) && pair.key.value === key);
  const pair = pairs[at];
  if (pair === undefined) return "missing";
  const line = lineOf(text, pair.key);
  const item = lineOf(text, firstIn(pair.value));
  if (line === null || item === null || line === item) return null;
  const next = pairs[at + 1];
  const start = text.indexOf("\n", line) + 1;
  const end = next === undefined ? text.length : aboveOf(text, lineOf(text, next.key) ?? start);
  const comments = (from: number, to: number): readonly string[] =>
    text
      .slice(from, to)
      .split(/\r?\n/)
      .filter((one) => one.startsWith("#"));
  const onItsLine = /^[^:]*:\s*(#.*?)\r?$/.exec(text.slice(line, start - 1))?.[1];
  return {
    column: /^ */.exec(text.slice(item))?.[0].length ?? 0,
    above: comments(at === 0 ? 0 : aboveOf(text, line), line),
    onItsLine: onItsLine === undefined ? [] : [onItsLine],
    start,
    end,
    isShared: isShared(pair, document),
  };
}

/** The first item of a map or list that has lines of its own. */
function firstIn(value: unknown): unknown {
  if (!isCollection(value) || value.flow === true) return null;
  const [first] = value.items as unknown[];
  return isSeq(value) ? first : (first as Pair | undefined)?.key;
}

/** Where the line begins on which a node does. */
function lineOf(text: string, node: unknown): number | null {
  const range = isScalar(node) || isCollection(node) ? node.range : null;
  return range ? text.lastIndexOf("\n", range[0] - 1) + 1 : null;
}

/** Where the comments and empty lines begin that stand directly over a line at the margin. */
function aboveOf(text: string, line: number): number {
  let at = line;
  while (at > 0) {
    const above = at < 2 ? 0 : text.lastIndexOf("\n", at - 2) + 1;
    if (!/^(?:#.*|\s*)$/.test(text.slice(above, at).replace(/\r?\n$/, ""))) break;
    at = above;
  }
  return at;
}

function isShared({ value }: Pair, { errors }: Document): boolean {
  let found = errors.length > 0 || !isNode(value);
  if (isNode(value))
    visit(value, {
      Node: (_, node) => {
        if (isAlias(node) || ("anchor" in node && node.anchor !== undefined)) found = true;
      },
    });
  return found;
}
