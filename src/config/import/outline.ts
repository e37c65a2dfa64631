/**
 * An outline of a configuration to be written as YAML: maps whose entries keep their order, a
 * comment, and the place in a foreign file that they came from. Printing yields the text and, for
 * each of its lines, that place, so that a problem found in the result names the original's line.
 */

/** A line of a foreign file, from 1. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

export type Scalar = string | number | boolean;

/** Lists hold scalars, printed on one line, or maps on one line each. */
export type Node = Scalar | readonly Scalar[] | readonly MapNode[] | MapNode | Missing;

/** What kind of value only the operator can write. */
export type MissingKind = "router" | "address" | "port" | "file" | "program" | "servers";

/** A value that only the operator knows: printed empty, with what to write there. */
export class Missing {
  readonly hint: string;
  readonly kind: MissingKind;

  constructor(kind: MissingKind, hint: string) {
    this.kind = kind;
    this.hint = hint;
  }
}

export interface Entry {
  readonly key: string;
  readonly value: Node;
  readonly origin: Origin | null;
  readonly comment: string | null;
}

/** A map whose entries are printed in the order in which they were set. */
export class MapNode {
  readonly #entries = new Map<string, Entry>();
  /** On one line, as `{ a: 1, b: 2 }`; only maps without maps inside can be. */
  readonly isFlow: boolean;

  constructor(form: "block" | "flow" = "block") {
    this.isFlow = form === "flow";
  }

  /** Sets a key; undefined leaves it out. */
  set(
    key: string,
    value: Node | undefined,
    origin: Origin | null = null,
    comment: string | null = null,
  ): this {
    if (value !== undefined) this.#entries.set(key, { key, value, origin, comment });
    return this;
  }

  /** The map below `key`, made where there is none. */
  map(key: string, origin: Origin | null = null, form: "block" | "flow" = "block"): MapNode {
    const known = this.#entries.get(key)?.value;
    if (known instanceof MapNode) return known;
    const made = new MapNode(form);
    this.set(key, made, origin);
    return made;
  }

  remove(key: string): void {
    this.#entries.delete(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  get(key: string): Node | undefined {
    return this.#entries.get(key)?.value;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /** The same entries, those of `keys` first and in that order. */
  inOrder(keys: readonly string[]): MapNode {
    const rank = ({ key }: Entry): number =>
      (keys.indexOf(key) + keys.length + 1) % (keys.length + 1);
    const sorted = new MapNode(this.isFlow ? "flow" : "block");
    for (const { key, value, origin, comment } of this.entries().toSorted(
      (a, b) => rank(a) - rank(b),
    ))
      sorted.set(key, value, origin, comment);
    return sorted;
  }
}

/** Where an entry begins in its line: the column from 1, and the keys that lead to it. */
export interface Place {
  readonly column: number;
  readonly path: Path;
}

/** Keys from the root; a number is the place in a list. */
export type Path = readonly (string | number)[];

/** YAML, and for each line (the first is at 0) where it came from and what begins in it. */
export interface Printed {
  readonly text: string;
  readonly origins: readonly (Origin | null)[];
  /** From left to right. */
  readonly places: readonly (readonly Place[])[];
}

interface PrintedLine {
  readonly text: string;
  readonly origin: Origin | null;
  readonly places: readonly Place[];
}

/** What is printed for a value that is missing. */
type Substitute = (missing: Missing) => string;

/** Prints the outline below `head`, comment lines without their `# `. */
export function printOutline(
  root: MapNode,
  head: readonly string[],
  substitute: Substitute = () => "",
): Printed {
  const lines: PrintedLine[] = head.map((text) => ({
    text: text === "" ? "#" : `# ${text}`,
    origin: null,
    places: [],
  }));
  const add = (start: string, node: Node | null, path: Path, from: Origin | null, about = "") => {
    const column = start.length - start.trimStart().length + 1;
    const places: Place[] = [{ column, path }];
    const value = node === null ? "" : printInline(node, path, start.length, places, substitute);
    lines.push({ text: `${start}${value}${about}`, origin: from, places });
  };
  const print = (map: MapNode, indent: string, above: Path): void => {
    for (const { key, value, origin, comment } of map.entries()) {
      const path = [...above, key];
      const about = remark(value, origin, comment);
      const start = `${indent}${printScalar(key)}:`;
      if (value instanceof MapNode && !value.isFlow && value.size > 0) {
        if (indent === "") lines.push({ text: "", origin: null, places: [] });
        add(start, null, path, origin, about);
        print(value, `${indent}  `, path);
      } else if (Array.isArray(value) && value[0] instanceof MapNode) {
        add(start, null, path, origin, about);
        for (const [at, item] of value.entries())
          add(`${indent}  - `, item, [...path, at], origin, remark(item, null, null));
      } else add(`${start} `, value, path, origin, about);
    }
  };
  print(root, "", []);
  const text = lines.map((line) => line.text.trimEnd()).join("\n");
  return {
    text: `${text}\n`,
    origins: lines.map((line) => line.origin),
    places: lines.map((line) => line.places),
  };
}

function remark(value: Node, origin: Origin | null, comment: string | null): string {
  const missing = missingIn(value).map(({ hint }) => hint);
  const words = [
    missing.length === 0 ? null : `FILL IN: ${missing.join("; ")}`,
    comment,
    origin === null ? null : `${baseName(origin.file)}:${origin.line}`,
  ].filter((word) => word !== null);
  return words.length === 0 ? "" : ` # ${words.join("; ").replaceAll(unprintable, " ")}`;
}

/** Of a value that is printed on one line. */
function missingIn(value: Node): readonly Missing[] {
  if (value instanceof Missing) return [value];
  if (!(value instanceof MapNode) || !value.isFlow) return [];
  return value.entries().flatMap((entry) => missingIn(entry.value));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be printed
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** `column` is where it begins, from 0; what begins in it is added to `places`. */
function printInline(
  value: Node,
  path: Path,
  column: number,
  places: Place[],
  substitute: Substitute,
): string {
  if (value instanceof Missing) return substitute(value);
  if (value instanceof MapNode) {
    if (value.size === 0) return "{}";
    let text = "{ ";
    for (const [at, entry] of value.entries().entries()) {
      const inside = [...path, entry.key];
      if (at > 0) text += ", ";
      places.push({ column: column + text.length + 1, path: inside });
      text += `${printScalar(entry.key)}: `;
      text += printInline(entry.value, inside, column + text.length, places, substitute);
    }
    return `${text} }`;
  }
  if (typeof value !== "object") return printScalar(value);
  const items = value.map((item) => printInline(item, path, column, [], substitute));
  return `[${items.join(", ")}]`;
}

/** Words that YAML 1.2 or people would read as something else than text. */
const reserved = /^(?:true|false|null|yes|no|on|off|~)$/i;
const plain = /^[A-Za-z0-9_/][A-Za-z0-9_./%@+-]*(?::[A-Za-z0-9_./%@+-]+)*$/;

function printScalar(value: Scalar): string {
  if (typeof value !== "string") return String(value);
  if (plain.test(value) && !reserved.test(value)) return value;
  if (unprintable.test(value)) {
    unprintable.lastIndex = 0;
    return JSON.stringify(value).replaceAll(
      /[\u007f-\u009f\u2028\u2029]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  }
  return `'${value.replaceAll("'", "''")}'`;
}
