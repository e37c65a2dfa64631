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

/** A value that only the operator knows: printed empty, with what to write there. */
export class Missing {
  readonly hint: string;

  constructor(hint: string) {
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

/** YAML, and for each line (the first is at 0) where it came from. */
export interface Printed {
  readonly text: string;
  readonly origins: readonly (Origin | null)[];
}

/** Prints the outline below `head`, comment lines without their `# `. */
export function printOutline(root: MapNode, head: readonly string[]): Printed {
  const lines: { readonly text: string; readonly origin: Origin | null }[] = head.map((text) => ({
    text: text === "" ? "#" : `# ${text}`,
    origin: null,
  }));
  const print = (map: MapNode, indent: string): void => {
    for (const { key, value, origin, comment } of map.entries()) {
      const about = remark(value, origin, comment);
      if (value instanceof MapNode && !value.isFlow && value.size > 0) {
        if (indent === "") lines.push({ text: "", origin: null });
        lines.push({ text: `${indent}${printScalar(key)}:${about}`, origin });
        print(value, `${indent}  `);
      } else if (Array.isArray(value) && value[0] instanceof MapNode) {
        lines.push({ text: `${indent}${printScalar(key)}:${about}`, origin });
        for (const item of value) lines.push({ text: `${indent}  - ${printInline(item)}`, origin });
      } else
        lines.push({ text: `${indent}${printScalar(key)}: ${printInline(value)}${about}`, origin });
    }
  };
  print(root, "");
  const text = lines.map((line) => line.text.trimEnd()).join("\n");
  return { text: `${text}\n`, origins: lines.map((line) => line.origin) };
}

function remark(value: Node, origin: Origin | null, comment: string | null): string {
  const words = [
    value instanceof Missing ? `FILL IN: ${value.hint}` : null,
    comment,
    origin === null ? null : `${baseName(origin.file)}:${origin.line}`,
  ].filter((word) => word !== null);
  return words.length === 0 ? "" : ` # ${words.join("; ").replaceAll(unprintable, " ")}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be printed
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function printInline(value: Node): string {
  if (value instanceof Missing) return "";
  if (value instanceof MapNode) {
    if (value.size === 0) return "{}";
    const inside = value
      .entries()
      .map((entry) => `${printScalar(entry.key)}: ${printInline(entry.value)}`);
    return `{ ${inside.join(", ")} }`;
  }
  if (typeof value !== "object") return printScalar(value);
  return `[${value.map(printInline).join(", ")}]`;
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
