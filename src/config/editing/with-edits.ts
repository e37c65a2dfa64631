/**
 * Edits of the operator's text: keys set, removed, renamed and copied, while comments, order,
 * quotes and every line that no edit is about stay as they are.
 *
 * Invariant: what comes out means exactly what the edits make of the document that the text is. The
 * text is spliced where that can be done (splice.ts) and the result is read again; where it reads
 * otherwise, the `yaml` library writes the whole document, with its comments, in its own layout.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  YAMLSeq,
} from "yaml";
import { messageOf } from "../../model/error.ts";
import { type Edit, type KeyPath, nested, type Written } from "./edit.ts";
import { type Splice, splicesOf } from "./splice.ts";

export type Edited =
  | { readonly text: string }
  /** Why it cannot be edited, in words for operators. */
  | { readonly refused: string };

/** Aliases count as often as they are used, as in keys/value.ts. */
const aliasesMax = 100_000;

/** `yaml` would compare every key with every other; the reader finds equal ones. */
const parsing = {
  version: "1.2",
  schema: "core",
  resolveKnownTags: false,
  uniqueKeys: false,
  logLevel: "error",
} as const;

export const parsed = (text: string): Document.Parsed => parseDocument(text, parsing);

/** What a document says, without comments and layout; undefined where an alias leads nowhere. */
export function meaningOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasesMax }) as unknown;
  } catch {
    return undefined;
  }
}

/** The text with these edits, made one after the other. Never throws. */
export function withEdits(text: string, edits: readonly Edit[]): Edited {
  let present = text;
  for (const group of grouped(edits)) {
    const edited = withGroup(present, group);
    if ("refused" in edited) return edited;
    present = edited.text;
  }
  return { text: present };
}

/** Settings of values go together; what changes the names of entries goes alone. */
function grouped(edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const groups: Edit[][] = [];
  for (const edit of edits) {
    const last = groups.at(-1);
    const joins = (one: Edit): boolean => one.kind === "set" || one.kind === "remove";
    if (last !== undefined && joins(edit) && last.every(joins)) last.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

function withGroup(text: string, edits: readonly Edit[]): Edited {
  const document = parsed(text === "" ? "{}\n" : text);
  if (document.errors.length > 0)
    return { refused: "the text is not YAML: mend it before it is edited" };
  if (!isMap(document.contents) && document.contents !== null)
    return { refused: "the text is no map of keys" };
  const shared = edits.find(({ path }) => isShared(document, path));
  if (shared !== undefined)
    return {
      refused: `${shared.path.join(".")} is shared through an anchor (*): edit the text itself`,
    };
  // Found in the document as it is, before anything of it changes.
  const splices = text === "" ? null : splicesOf(text, document, edits);
  try {
    for (const edit of edits) perform(document, edit);
    const wanted = meaningOf(document);
    if (wanted === undefined) return { refused: sharedElsewhere };
    const spliced = splices === null ? null : joined(text, splices);
    if (spliced !== null && says(spliced, wanted)) return { text: spliced };
    const written = document.toString({ lineWidth: 0 });
    return says(written, wanted) ? { text: written } : { refused: sharedElsewhere };
  } catch (thrown) {
    return { refused: messageOf(thrown) };
  }
}

const sharedElsewhere =
  "other parts of the text share this through an anchor: edit the text itself";

/** Whether a text means this. Keys in their order count as well: people read them in it. */
export function says(text: string, wanted: unknown): boolean {
  const document = parsed(text);
  return (
    document.errors.length === 0 && JSON.stringify(meaningOf(document)) === JSON.stringify(wanted)
  );
}

function joined(text: string, splices: readonly Splice[]): string {
  const inOrder = splices
    .map((splice, at) => ({ ...splice, at }))
    .sort((a, b) => a.from - b.from || a.at - b.at);
  let out = "";
  let from = 0;
  for (const splice of inOrder) {
    // Two edits of the same place: the document is written anew.
    if (splice.from < from) return "";
    out += text.slice(from, splice.from) + splice.text;
    from = splice.to;
  }
  return out + text.slice(from);
}

/** Whether the way to a value leads through an alias: what is changed there changes elsewhere. */
function isShared(document: Document, path: KeyPath): boolean {
  let node: unknown = document.contents;
  for (const [at, step] of path.entries()) {
    if (isAlias(node)) return true;
    node = isCollection(node) ? node.get(step, true) : undefined;
    const last = at === path.length - 1;
    if (!last && isAlias(node)) return true;
  }
  return false;
}

function perform(document: Document, edit: Edit): void {
  switch (edit.kind) {
    case "set":
      setIn(document, edit.path, edit.value);
      return;
    case "remove":
      document.deleteIn(edit.path);
      return;
    case "rename": {
      const { pair } = entryAt(document, edit.path);
      if (isScalar(pair.key)) pair.key.value = edit.to;
      else pair.key = document.createNode(edit.to);
      return;
    }
    case "copy": {
      const { pair, items } = entryAt(document, edit.path);
      const copy = document.createPair(edit.to, null);
      const value = isNode(pair.value) ? (pair.value.clone() as Node) : null;
      copy.value = value as typeof copy.value;
      // One anchor, one value: the copy has the value without the name.
      if (value !== null)
        visit(value, { Node: (_, node) => void ("anchor" in node && delete node.anchor) });
      items.splice(items.indexOf(pair) + 1, 0, copy);
      return;
    }
    case "lower":
      lowerIn(document, edit.path);
      return;
    case "list": {
      const list = new YAMLSeq(document.schema);
      list.items.push(document.getIn(edit.path, true));
      list.flow = isFlow(list.items[0]);
      document.setIn(edit.path, list);
      return;
    }
    default:
      edit satisfies never;
  }
}

const isFlow = (node: unknown): boolean => isCollection(node) && node.flow === true;

function lowerIn(document: Document, path: KeyPath): void {
  const list = document.getIn(path.slice(0, -1), true);
  const at = Number(path.at(-1));
  const items: unknown[] = isSeq(list) ? list.items : [];
  if (!(at >= 0 && at + 1 < items.length)) throw new Error(`nothing follows ${path.join(".")}`);
  const [item] = items.splice(at, 1);
  items.splice(at + 1, 0, item);
}

function setIn(document: Document, path: KeyPath, value: Written): void {
  if (document.contents === null) document.contents = document.createNode({}) as never;
  let depth = 0;
  // An empty value (`check:`) stands for an empty map.
  for (let node: unknown = document.contents; depth < path.length - 1; depth += 1) {
    if (!isCollection(node)) break;
    node = node.get(path[depth], true);
    if (!isCollection(node)) break;
  }
  const above = path.slice(0, depth + 1);
  const below = path.slice(depth + 1);
  // `servers: {}` becomes lines of its own.
  const into = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
  if (isMap(into) && into.items.length === 0) into.flow = false;
  const present = document.getIn(above, true);
  const node = document.createNode(nested(below, value));
  // The value keeps what is written next to it.
  if (below.length === 0 && isScalar(present) && isScalar(node)) {
    present.value = node.value;
    delete present.source;
    if (present.type === "BLOCK_FOLDED" || present.type === "BLOCK_LITERAL") delete present.type;
    return;
  }
  if (isNode(present) && isNode(node)) {
    node.comment = present.comment ?? null;
    node.commentBefore = present.commentBefore ?? null;
  }
  document.setIn(above, node);
}

function entryAt(document: Document, path: KeyPath): { pair: Pair; items: Pair[] } {
  const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const name = path.at(-1);
  const pair = isMap(map)
    ? map.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
    : undefined;
  if (!isMap(map) || !isPair(pair)) throw new Error(`there is no ${path.join(".")}`);
  return { pair, items: map.items as Pair[] };
}
