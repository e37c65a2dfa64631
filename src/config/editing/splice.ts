/**
 * Where an edit changes the text and nothing around it: a scalar in its place, a line behind the
 * last one of its map, the lines of an entry. A map that stands on one line in braces is written
 * anew as a whole. Knows YAML by the ranges of the `yaml` library's nodes.
 *
 * What is found here is a proposal: edit.ts reads the result again before it believes it.
 */
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Edit, KeyPath, Written } from "./edit.ts";
import { blockText, flowText, isCollected, scalarText } from "./yaml-text.ts";

/** The text between two offsets is replaced. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

type Collection = YAMLMap | YAMLSeq;

interface Way {
  readonly into: Collection;
  /** The place in the path of the step that leads on from `into`. */
  readonly depth: number;
  /** It stands in braces or brackets. */
  readonly flow: boolean;
  /** Whose value it is, where that stands on a line of its own. */
  readonly pair: Pair | null;
}

/** Null: an edit is about a place that cannot be spliced. */
export function splicesOf(
  text: string,
  document: Document.Parsed,
  edits: readonly Edit[],
): readonly Splice[] | null {
  const { contents } = document;
  if (!isMap(contents)) return null;
  const splicer = new Splicer(text, contents as unknown as YAMLMap);
  return splicer.splices(edits);
}

class Splicer {
  readonly #text: string;
  readonly #root: YAMLMap;
  readonly #newline: string;

  constructor(text: string, root: YAMLMap) {
    this.#text = text;
    this.#root = root;
    this.#newline = text.includes("\r\n") ? "\r\n" : "\n";
  }

  splices(edits: readonly Edit[]): readonly Splice[] | null {
    const found: Splice[] = [];
    /** Values for keys that are missing, gathered under the first one that is. */
    const made = new Map<string, { way: Way; key: string | number; value: Written }>();
    for (const edit of edits) {
      const way = this.#way(edit.path);
      const below = edit.path.slice(way.depth + 1);
      const key = edit.path[way.depth] ?? "";
      // A word in place of the map (`tls: true`) makes room for it.
      const missing = !way.into.has(key) || (below.length > 0 && isScalar(way.into.get(key, true)));
      if (edit.kind === "set" && missing) {
        const id = JSON.stringify(edit.path.slice(0, way.depth + 1));
        const value = withValue(made.get(id)?.value, below, edit.value);
        made.set(id, { way, key, value });
        continue;
      }
      const splice = below.length > 0 ? null : this.#splice(edit, way, key);
      if (splice === null) return null;
      found.push(splice);
    }
    for (const { way, key, value } of made.values()) {
      const splice = this.#added(way, key, value);
      if (splice === null) return null;
      found.push(splice);
    }
    return found;
  }

  /** The deepest collection on the way, and the step that leads on from it. */
  #way(path: KeyPath): Way {
    let way: Way = { into: this.#root, depth: 0, flow: this.#root.flow === true, pair: null };
    for (let depth = 0; depth < path.length - 1; depth += 1) {
      const step = path[depth] ?? "";
      const next: unknown = way.into.get(step, true);
      if (!isMap(next) && !isSeq(next)) break;
      const into = next as Collection;
      const flow = way.flow || into.flow === true;
      way = { into, depth: depth + 1, flow, pair: way.flow ? null : pairOf(way.into, step) };
    }
    return way;
  }

  #splice(edit: Edit, { into, flow }: Way, key: string | number): Splice | null {
    switch (edit.kind) {
      case "set":
        return this.#replaced(into, key, edit.value, flow);
      case "remove":
        return flow ? this.#removedInBraces(into, key) : this.#removed(into, key);
      case "rename": {
        const range = rangeOf(pairOf(into, key)?.key);
        return range && { from: range[0], to: range[1], text: flowText(edit.to) };
      }
      case "copy":
        return flow ? null : this.#copied(into, key, edit.to);
      case "lower":
        return flow ? this.#loweredInBrackets(into, Number(key)) : this.#lowered(into, Number(key));
      case "list":
        return this.#listed(into.get(key, true), flow);
      default:
        return edit satisfies never;
    }
  }

  #replaced(into: Collection, key: string | number, value: Written, flow: boolean): Splice | null {
    const node: unknown = into.get(key, true);
    const range = rangeOf(node);
    if (range === null || !isNode(node)) return null;
    const isPlain = typeof value !== "object" || value === null;
    if (isScalar(node) && isPlain) {
      const block = node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL";
      if (block || node.anchor !== undefined || node.tag !== undefined) return null;
      const gap = range[0] === range[1] ? " " : "";
      const text = `${gap}${flow ? flowText(value) : scalarText(value, node.type)}`;
      return { from: range[0], to: range[1], text };
    }
    // A list or a map on one line stays on one, and what takes the place of a word is one as well.
    const onOneLine = isCollection(node) ? node.flow === true : true;
    const anchored = isScalar(node) && node.anchor !== undefined;
    if (!onOneLine) return this.#insteadOfLines(pairOf(into, key), value);
    if (anchored) return null;
    const gap = range[0] === range[1] ? " " : "";
    return { from: range[0], to: range[1], text: `${gap}${flowText(value)}` };
  }

  /** On the line of its key, behind whose colon a comment may stand, in place of lines below. */
  #insteadOfLines(pair: Pair | null, value: Written): Splice | null {
    const key = rangeOf(pair?.key);
    const end = pair === null ? null : this.#endOf(pair);
    if (key === null || end === null) return null;
    const rest = /^\s*:(?:[ \t]+#.*|[ \t]*)\r?\n/.exec(
      this.#text.slice(key[1], this.#lineEnd(key[1])),
    );
    if (rest === null) return null;
    const text = rest[0].replace(":", `: ${flowText(value)}`).replace(/[ \t]+(?=\r?\n)/, "");
    return { from: key[1], to: this.#lineEnd(end), text };
  }

  #added(way: Way, key: string | number, value: Written): Splice | null {
    const { into, flow } = way;
    const present: unknown = into.get(key, true);
    if (isEmpty(present) && !flow) {
      const column = this.#columnOf(pairOf(into, key)?.key);
      return column === null ? null : this.#opened(present, column, value);
    }
    if (isScalar(present)) return this.#replaced(into, key, value, flow);
    const last = into.items.at(-1);
    if (last === undefined) {
      const column = this.#columnOf(way.pair?.key);
      if (column === null || isSeq(into)) return null;
      return this.#opened(into, column, { [String(key)]: value });
    }
    const end = this.#endOf(last);
    if (end === null) return null;
    if (flow) {
      const head = isSeq(into) ? "" : `${flowText(String(key))}: `;
      return { from: end, to: end, text: `, ${head}${flowText(value)}` };
    }
    return this.#addedLines(into, end, key, value);
  }

  #addedLines(into: Collection, end: number, key: string | number, value: Written): Splice | null {
    const [first] = into.items;
    const column = this.#columnOf(isSeq(into) ? first : (first as Pair).key);
    if (column === null) return null;
    const siblings = into.items.map((item) => (isSeq(into) ? item : (item as Pair).value));
    const maps = siblings.filter((node) => isMap(node));
    const inBraces =
      maps.length > 0 && maps.every(({ flow }) => flow === true) && isCollected(value);
    const head = flowText(String(key));
    const isOpen = maps.length > 0 && !inBraces && isCollected(value);
    const lines = isSeq(into)
      ? isOpen
        ? blockText([value])
        : `- ${flowText(value)}`
      : inBraces
        ? `${head}: ${flowText(value)}`
        : blockText({ [String(key)]: value });
    const written = this.#indented(lines, isSeq(into) ? column - 2 : column);
    const at = this.#lineEnd(end);
    return this.#text[at - 1] === "\n"
      ? { from: at, to: at, text: `${written}${this.#newline}` }
      : { from: at, to: at, text: `${this.#newline}${written}` };
  }

  /** Lines in place of nothing, or of empty braces, behind a key that stands at `column`. */
  #opened(node: unknown, column: number, value: Written): Splice | null {
    const range = rangeOf(node);
    if (range === null || !isCollected(value)) return null;
    const lines = this.#indented(blockText(value), column + 2);
    let [from, to] = range;
    if (from !== to && this.#text[from - 1] === " ") from -= 1;
    // A comment behind the key stays there.
    if (/^[ \t]*#/.test(this.#text.slice(to, this.#lineEnd(to)))) return null;
    return { from, to, text: `${this.#newline}${lines}` };
  }

  #indented(lines: string, columns: number): string {
    const indent = " ".repeat(Math.max(0, columns));
    return lines
      .split("\n")
      .map((line) => `${indent}${line}`)
      .join(this.#newline);
  }

  #removedInBraces(into: Collection, key: string | number): Splice | null {
    const items = into.items as unknown[];
    const at = items.indexOf(isSeq(into) ? items[Number(key)] : pairOf(into, key));
    const ends = (item: unknown): readonly [number, number] | null => {
      const start = rangeOf(isNode(item) ? item : (item as Pair).key)?.[0];
      const end = this.#endOf(item);
      return start === undefined || end === null ? null : [start, end];
    };
    const own = at < 0 ? null : ends(items[at]);
    if (own === null) return null;
    if (at > 0) {
      const before = ends(items[at - 1]);
      return before && { from: before[1], to: own[1], text: "" };
    }
    if (items.length === 1) return { from: own[0], to: own[1], text: "" };
    const next = ends(items[1]);
    return next && { from: own[0], to: next[0], text: "" };
  }

  #removed(into: Collection, key: string | number): Splice | null {
    // An empty map needs its braces: that is written by the library.
    if (into.items.length === 1) return null;
    const item = isSeq(into) ? into.items[Number(key)] : pairOf(into, key);
    if (item === undefined || item === null) return null;
    const lines = this.#linesOf(item);
    if (lines === null) return null;
    const isEntry = isCollection(isNode(item) ? item : (item as Pair).value);
    const isFirst = into.items[0] === item;
    return {
      from: isEntry && !isFirst ? this.#aboveComments(lines.from) : lines.from,
      to: lines.to,
      text: "",
    };
  }

  #copied(into: Collection, key: string | number, to: string): Splice | null {
    const pair = pairOf(into, key);
    const keyRange = rangeOf(pair?.key);
    if (pair === null || keyRange === null) return null;
    const lines = this.#linesOf(pair);
    if (lines === null) return null;
    const head = this.#text.slice(lines.from, keyRange[0]);
    const rest = this.#text.slice(keyRange[1], lines.to);
    const gap = rest.endsWith("\n") ? "" : this.#newline;
    if (/(?:^|\s)&\S/.test(rest)) return null;
    return { from: lines.to, to: lines.to, text: `${gap}${head}${scalarText(to)}${rest}` };
  }

  #lowered(into: Collection, at: number): Splice | null {
    const [upper, lower] = [into.items[at], into.items[at + 1]].map((item) =>
      isNode(item) ? this.#linesOf(item) : null,
    );
    if (!isSeq(into) || upper == null || lower == null) return null;
    const from = this.#aboveComments(upper.from);
    const second = this.#aboveComments(lower.from);
    const moved = this.#text.slice(second, lower.to);
    const gap = moved.endsWith("\n") ? "" : this.#newline;
    const rest = this.#text.slice(upper.to, second);
    const last = this.#text.slice(from, upper.to);
    const text = `${moved}${gap}${rest}${gap === "" ? last : last.trimEnd()}`;
    return { from, to: lower.to, text };
  }

  #loweredInBrackets(into: Collection, at: number): Splice | null {
    const upper = rangeOf(into.items[at]);
    const lower = rangeOf(into.items[at + 1]);
    if (!isSeq(into) || upper === null || lower === null) return null;
    const [first, second] = [upper, lower].map(([from, to]) => this.#text.slice(from, to));
    const text = `${second}${this.#text.slice(upper[1], lower[0])}${first}`;
    return { from: upper[0], to: lower[1], text };
  }

  #listed(node: unknown, flow: boolean): Splice | null {
    const range = rangeOf(node);
    if (range === null || !isMap(node) || node.anchor !== undefined) return null;
    const [from] = range;
    if (flow || node.flow === true)
      return { from, to: range[1], text: `[${this.#text.slice(from, range[1])}]` };
    const line = this.#text.lastIndexOf("\n", from - 1) + 1;
    const end = this.#endOf(node);
    if (end === null || this.#text.slice(line, from).trim() !== "") return null;
    const to = this.#lineEnd(end);
    const indent = this.#text.slice(line, from);
    const lines = this.#text.slice(from, to).replaceAll(/\n(?=[^\r\n])/g, "\n  ");
    return { from: line, to, text: `${indent}- ${lines}` };
  }

  /** The whole lines of an item; null where it shares them. */
  #linesOf(item: unknown): { from: number; to: number } | null {
    const start = rangeOf(isNode(item) ? item : (item as Pair).key)?.[0];
    const end = this.#endOf(item);
    if (start === undefined || end === null) return null;
    const from = this.#text.lastIndexOf("\n", start - 1) + 1;
    if (!/^[ \t]*(?:- +)?$/.test(this.#text.slice(from, start))) return null;
    return { from, to: this.#lineEnd(end) };
  }

  /** Where comment lines begin that stand directly above a line, indented as it is. */
  #aboveComments(from: number): number {
    const indent = /^[ \t]*/.exec(this.#text.slice(from))?.[0] ?? "";
    let at = from;
    while (at > 0) {
      const above = this.#text.lastIndexOf("\n", at - 2) + 1;
      if (!this.#text.slice(above, at).startsWith(`${indent}#`)) break;
      at = above;
    }
    return at;
  }

  /** Where the last character of an item stands, comments behind it left out. */
  #endOf(item: unknown): number | null {
    if (isNode(item)) {
      if (!isCollection(item) || item.flow === true) return rangeOf(item)?.[1] ?? null;
      const last = (item as Collection).items.at(-1);
      return last === undefined ? null : this.#endOf(last);
    }
    const { key, value } = item as Pair;
    if (isNode(value)) {
      const range = rangeOf(value);
      // Nothing behind the colon: the range is empty, and right behind it.
      return range !== null && range[0] === range[1] ? range[0] : this.#endOf(value);
    }
    return rangeOf(key)?.[1] ?? null;
  }

  /** Behind the line break of the line on which the character before `offset` stands. */
  #lineEnd(offset: number): number {
    if (this.#text[offset - 1] === "\n") return offset;
    const at = this.#text.indexOf("\n", offset);
    return at < 0 ? this.#text.length : at + 1;
  }

  #columnOf(node: unknown): number | null {
    const start = rangeOf(node)?.[0];
    if (start === undefined) return null;
    return start - (this.#text.lastIndexOf("\n", start - 1) + 1);
  }
}

/** What was gathered for a key, and one value more. */
function withValue(before: Written | undefined, path: KeyPath, value: Written): Written {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(before) && typeof step === "number")
    return before.toSpliced(step, 1, withValue(before[step], rest, value));
  const map =
    typeof before === "object" && before !== null && !Array.isArray(before)
      ? (before as { readonly [key: string]: Written })
      : {};
  return { ...map, [String(step)]: withValue(map[String(step)], rest, value) };
}

/** `key:` with nothing behind it. */
const isEmpty = (node: unknown): boolean =>
  isScalar(node) && node.value === null && rangeOf(node) !== null && !node.source;

function pairOf(into: Collection, key: string | number): Pair | null {
  if (!isMap(into)) return null;
  const found = into.items.find(
    (pair) => isScalar(pair.key) && String(pair.key.value) === String(key),
  );
  return (found as Pair | undefined) ?? null;
}

function rangeOf(node: unknown): readonly [number, number] | null {
  const range = isNode(node) ? (node as Node).range : undefined;
  return range ? [range[0], range[1]] : null;
}
