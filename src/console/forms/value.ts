/** A value of the text as a field shows it, and what is written for what a field was given. Pure. */
import { createHash } from "node:crypto";
import { Document, isAlias, isCollection, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { KeyPath, Written } from "../../config/editing/edit.ts";
import { meaningOf } from "../../config/editing/with-edits.ts";
import { flowText } from "../../config/editing/yaml-text.ts";
import type { Field } from "./field.ts";

/** The node at a path, aliases followed; undefined where there is none. */
export function nodeAt(document: Document, path: KeyPath): unknown {
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isCollection(node)) return undefined;
    node = node.get(step, true);
  }
  return isAlias(node) ? node.resolve(document) : node;
}

/** Whether a key stands there with a value. */
export function isGiven(document: Document, path: KeyPath): boolean {
  const node = nodeAt(document, path);
  return node !== undefined && !(isScalar(node) && node.value === null);
}

/** Whether an optional map stands there; `tls: false` is none. */
export function isUsed(document: Document, path: KeyPath): boolean {
  const node = nodeAt(document, path);
  return isGiven(document, path) && !(isScalar(node) && node.value === false);
}

/** What the field shows of a document; empty where the key is left out. */
export function shownAt(
  document: Document,
  path: KeyPath,
  { input }: Pick<Field, "input">,
): string {
  const node = nodeAt(document, path);
  const isPlainList = isSeq(node) && node.items.every((item) => isScalar(item));
  if (isPlainList && input.kind === "list")
    return node.items.map((item) => textOf(item)).join(input.commas ? ", " : "\n");
  return lineAt(document, path);
}

/** What stands there on one line, as it may be written; empty where the key is left out. */
export function lineAt(document: Document, path: KeyPath): string {
  const node = nodeAt(document, path);
  if (node === undefined || (isScalar(node) && node.value === null)) return "";
  return isScalar(node) ? textOf(node) : flowText(meaningOf(new Document(node)) as Written);
}

/** As it is written, for numbers and words; the text itself where it is quoted. */
function textOf(node: unknown): string {
  if (!isScalar(node)) return "";
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}

export type Given =
  /** Nothing was given: the key is left out. */
  | { readonly kind: "nothing" }
  | { readonly kind: "value"; readonly value: Written }
  /** It begins with a bracket and is no YAML. */
  | { readonly kind: "unreadable" };

const value = (written: Written): Given => ({ kind: "value", value: written });

/** What is written for the text of a field. Line ends of forms are CR LF. */
export function writtenFor({ input }: Field, given: string): Given {
  const text = given.replaceAll("\r\n", "\n").trim();
  if (text === "") return { kind: "nothing" };
  switch (input.kind) {
    case "flag":
    case "choice":
      return value(word(text));
    case "line":
      if (input.plain) return value(text);
      return /^[[{]/.test(text) ? yaml(text) : value(word(text));
    case "list": {
      if (/^[[{]/.test(text)) return yaml(text);
      const items = text
        .split(input.commas ? /[\n,]/ : "\n")
        .map((item) => item.trim())
        .filter((item) => item !== "");
      const [only] = items;
      if (input.single && items.length === 1 && only !== undefined) return value(word(only));
      return value(items.map(word));
    }
    default:
      return input satisfies never;
  }
}

/** Numbers and truth values as YAML writes them; anything else is text. */
export function word(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^(?:0|-?[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

function yaml(text: string): Given {
  const document = parseDocument(text, { version: "1.2", schema: "core", logLevel: "error" });
  const meaning = document.errors.length > 0 ? undefined : meaningOf(document);
  return meaning === undefined ? { kind: "unreadable" } : value(meaning as Written);
}

/** Spaces at the ends and the kind of line ends are no difference. */
export const same = (given: string, shown: string): boolean =>
  given.replaceAll("\r\n", "\n").trim() === shown.trim();

/** The names in a map of a document, in its order. */
export function namesAt(document: Document, path: KeyPath): readonly string[] {
  const node = nodeAt(document, path);
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []));
}

/** How many items a list has there. */
export function itemsAt(document: Document, path: KeyPath): number {
  const node = nodeAt(document, path);
  return isSeq(node) ? node.items.length : 0;
}

/** What stands at some places of the text, as a hash of what they say. */
export function seenAt(document: Document, paths: readonly KeyPath[]): string {
  const text = JSON.stringify(paths.map((path) => nodeAt(document, path) ?? null));
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
