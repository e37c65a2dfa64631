/** Which field of a form a problem of the text is about. Pure. */
import { type Document, isMap, isNode, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { KeyPath } from "../../config/editing/edit.ts";
import type { Problem } from "../../keys/problem.ts";
import { type Part, rowParts } from "./field.ts";
import { itemsAt } from "./value.ts";

export interface Placed {
  /** By the name of the field or group. */
  readonly byName: ReadonlyMap<string, readonly Problem[]>;
  /** About what the form is about, and none of its fields. */
  readonly within: readonly Problem[];
  readonly elsewhere: readonly Problem[];
}

/** A text, and what of it a form is about. */
export interface Judged {
  readonly text: string;
  readonly document: Document;
  readonly root: KeyPath;
  /** Of lists of maps: which row of the form stands at each place of the list; left out: in order. */
  readonly orders?: ReadonlyMap<string, readonly number[]>;
}

export function placed(
  problems: readonly Problem[],
  parts: readonly Part[],
  judged: Judged,
): Placed {
  const { text, document, root } = judged;
  const byName = new Map<string, Problem[]>();
  const [within, elsewhere]: Problem[][] = [[], []];
  const top = dotted(root);
  const names = [...namesOf(parts, judged)].sort((a, b) => b.dotted.length - a.dotted.length);
  for (const problem of problems) {
    const said = saidPath(problem.message);
    const stands = dotted(standsAt(problem, text, document));
    const found =
      names.find(({ dotted }) => isBelow(said, dotted)) ??
      (said === "" ? names.find(({ dotted }) => isBelow(stands, dotted)) : undefined);
    if (found !== undefined) byName.set(found.name, [...(byName.get(found.name) ?? []), problem]);
    else if (top !== "" && (isBelow(said, top) || isBelow(stands, top))) within?.push(problem);
    else elsewhere?.push(problem);
  }
  return { byName, within: within ?? [], elsewhere: elsewhere ?? [] };
}

/** What the form calls each of its parts, and how messages name the place. */
function* namesOf(
  parts: readonly Part[],
  judged: Judged,
): Generator<{ readonly name: string; readonly dotted: string }> {
  for (const part of parts) {
    const path = [...judged.root, ...part.path];
    yield { name: part.name, dotted: dotted(path) };
    if (part.kind === "group") yield* namesOf(part.parts, judged);
    if (part.kind !== "rows") continue;
    const order = judged.orders?.get(part.name);
    for (let at = 0; at < itemsAt(judged.document, path); at += 1) {
      const shown = rowParts(part, order?.[at] ?? at);
      for (const [index, { path: inner }] of rowParts(part, at).entries())
        yield { name: shown[index]?.name ?? part.name, dotted: dotted([...judged.root, ...inner]) };
    }
  }
}

/** As messages name a place: `check[1].path`. */
export const dotted = (path: KeyPath): string =>
  path.reduce<string>(
    (above, step) =>
      typeof step === "number" ? `${above}[${step}]` : above === "" ? step : `${above}.${step}`,
    "",
  );

/** The dotted key that a message begins with; of `web: port is missing` that is `web.port`. */
function saidPath(message: string): string {
  const [, path = "", rest = ""] = /^([\w.\-[\]]+): (.*)$/s.exec(message) ?? [];
  const missing = /^(\w+) is missing/.exec(rest === "" ? message : rest);
  if (missing === null) return path;
  return path === "" ? (missing[1] ?? "") : `${path}.${missing[1]}`;
}

const isBelow = (path: string, above: string): boolean =>
  path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);

/** The keys at whose value the problem's place lies. */
function standsAt({ line, column }: Problem, text: string, document: Document): KeyPath {
  if (line === null) return [];
  const offset = offsetOf(text, line, column ?? 1);
  const path: (string | number)[] = [];
  let node: unknown = document.contents;
  for (;;) {
    const next = isMap(node)
      ? pairAt(node.items as Pair[], offset)
      : isSeq(node)
        ? itemAt(node.items, offset)
        : null;
    if (next === null) return path;
    path.push(next.step);
    node = next.node;
  }
}

function pairAt(items: readonly Pair[], offset: number): { step: string; node: unknown } | null {
  const found = items.findLast(({ key }) => (rangeOf(key)?.[0] ?? Infinity) <= offset);
  const end = rangeOf(found?.value)?.[1] ?? rangeOf(found?.key)?.[1] ?? -1;
  if (found === undefined || offset > end || !isScalar(found.key)) return null;
  return { step: String(found.key.value), node: found.value };
}

function itemAt(items: readonly unknown[], offset: number): { step: number; node: unknown } | null {
  const step = items.findLastIndex((item) => (rangeOf(item)?.[0] ?? Infinity) <= offset);
  return step < 0 ? null : { step, node: items[step] };
}

const rangeOf = (node: unknown): readonly [number, number, number] | null =>
  (isNode(node) ? (node as Node).range : null) ?? null;

function offsetOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let number = 1; number < line; number += 1) {
    const end = text.indexOf("\n", at);
    if (end < 0) break;
    at = end + 1;
  }
  return at + column - 1;
}
