/** From a form that was sent to edits of the text: only what differs from what was shown. Pure. */
import { type Document, isScalar } from "yaml";
import type { Edit, KeyPath, Written } from "../../config/editing/edit.ts";
import type { PlainKey } from "../messages/messages.ts";
import {
  blankRows,
  type Field,
  type Group,
  inputName,
  type Pairs,
  type Part,
  pairName,
  type Rows,
  rowName,
  rowParts,
  rowsShownMax,
  settingsWord,
  useName,
} from "./field.ts";
import {
  isGiven,
  isUsed,
  itemsAt,
  lineAt,
  namesAt,
  nodeAt,
  same,
  shownAt,
  word,
  writtenFor,
} from "./value.ts";

export interface FormEdits {
  readonly edits: readonly Edit[];
  /** What cannot be written, by the name of the field or group. */
  readonly refused: readonly { readonly name: string; readonly why: PlainKey }[];
  /** Of each list of maps that was changed as a whole: which of the form's rows stands where. */
  readonly orders: ReadonlyMap<string, readonly number[]>;
}

/** Where the form's keys stand. */
export interface Stand {
  readonly document: Document;
  /** What the form is about, from the top of the document. */
  readonly root: KeyPath;
}

export function formEdits(form: URLSearchParams, parts: readonly Part[], stand: Stand): FormEdits {
  const all = parts.map((part) => partEdits(form, part, stand));
  return {
    edits: all.flatMap(({ edits }) => edits),
    refused: all.flatMap(({ refused }) => refused),
    orders: new Map(all.flatMap(({ orders }) => [...orders])),
  };
}

/** Whether the form says what stands there already: a second click on its button. */
export function saysNothingNew(
  form: URLSearchParams,
  parts: readonly Part[],
  stand: Stand,
): boolean {
  const { edits, refused } = formEdits(form, parts, stand);
  return isGiven(stand.document, stand.root) && edits.length + refused.length === 0;
}

function partEdits(form: URLSearchParams, part: Part, stand: Stand): FormEdits {
  switch (part.kind) {
    case "field":
      return fieldEdits(form, part, stand);
    case "group":
      return part.presence.kind === "words"
        ? wordEdits(form, part, stand)
        : groupEdits(form, part, stand);
    case "rows":
      return rowsEdits(form, part, stand);
    case "pairs":
      return pairsEdits(form, part, stand);
    default:
      return part satisfies never;
  }
}

const only = (...edits: readonly Edit[]): FormEdits => ({ edits, refused: [], orders: new Map() });

const refusal = (name: string, why: PlainKey): FormEdits => ({
  ...only(),
  refused: [{ name, why }],
});

function fieldEdits(form: URLSearchParams, field: Field, { document, root }: Stand): FormEdits {
  const given = form.get(inputName(field.name));
  const path = [...root, ...field.path];
  if (given === null || same(given, shownAt(document, path, field))) return only();
  const written = writtenFor(field, given);
  switch (written.kind) {
    case "unreadable":
      return refusal(field.name, "form.no-yaml");
    case "value":
      return only({ kind: "set", path, value: written.value });
    case "nothing":
      return only({ kind: "remove", path });
    default:
      return written satisfies never;
  }
}

function groupEdits(form: URLSearchParams, group: Group, stand: Stand): FormEdits {
  const inner = formEdits(form, group.parts, stand);
  const isSent = [...form.keys()].some((name) => name.startsWith(inputName(`${group.name}.`)));
  if (group.presence.kind === "always" || !isSent) return inner;
  const path = [...stand.root, ...group.path];
  const isThere = isUsed(stand.document, path);
  if (isThere && !form.has(useName(group.name))) return only({ kind: "remove", path });
  if (isThere || isFilled(inner) || inner.refused.length > 0) return inner;
  return form.has(useName(group.name)) ? only({ kind: "set", path, value: {} }) : only();
}

const isFilled = ({ edits }: FormEdits): boolean => edits.some(({ kind }) => kind === "set");

/** A map, or one of a few words in its place. */
function wordEdits(form: URLSearchParams, group: Group, stand: Stand): FormEdits {
  const path = [...stand.root, ...group.path];
  const inner = formEdits(form, group.parts, stand);
  const present = wordAt(stand.document, path);
  const chosen = form.get(useName(group.name)) ?? present;
  const isMap = present === settingsWord;
  if (chosen === present) {
    // Whoever fills in a setting wants it.
    return isMap || isFilled(inner) || inner.refused.length > 0 ? inner : only();
  }
  if (chosen === settingsWord)
    return isFilled(inner) || inner.refused.length > 0
      ? inner
      : only({ kind: "set", path, value: {} });
  if (isFilled(inner)) return refusal(group.name, "form.word-or-settings");
  return chosen === ""
    ? only({ kind: "remove", path })
    : only({ kind: "set", path, value: word(chosen) });
}

/** What of a group with words stands there, as its choice has it; empty: it is left out. */
export function wordAt(document: Document, path: KeyPath): string {
  const line = lineAt(document, path);
  return line === "" || isScalar(nodeAt(document, path)) ? line : settingsWord;
}

/** A list of maps: what its rows say, what is behind them, then what is done with each. */
function rowsEdits(form: URLSearchParams, rows: Rows, stand: Stand): FormEdits {
  const path = [...stand.root, ...rows.path];
  const count = itemsAt(stand.document, path);
  const row = (at: number): FormEdits => formEdits(form, rowParts(rows, at), stand);
  const shown = Math.min(count, rowsShownMax);
  const kept = range(shown).map(row);
  const fresh = range(blankRows)
    .map((at) => ({ at: count + at, ...row(count + at) }))
    .filter((one) => isFilled(one) || one.refused.length > 0);
  const values = fresh.map(({ edits }) => made(edits, path.length + 1));
  const done = arranged(path, count, (at) => form.get(rowName(rows, at)));
  const isGone = count > 0 && done.order.length + fresh.length === 0;
  const added: readonly Edit[] =
    count > 0
      ? values.map((value, at) => ({ kind: "set", path: [...path, count + at], value }))
      : values.length > 0
        ? [{ kind: "set", path, value: values }]
        : [];
  return {
    edits: isGone
      ? [{ kind: "remove", path }]
      : [...kept.flatMap(({ edits }) => edits), ...added, ...done.edits],
    refused: [...kept, ...fresh].flatMap(({ refused }) => refused),
    orders: new Map([[rows.name, [...done.order, ...fresh.map(({ at }) => at)]]]),
  };
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, at) => at);

/** The value that settings below `depth` make. */
const made = (edits: readonly Edit[], depth: number): Written =>
  edits.reduce<Written>(
    (value, edit) =>
      edit.kind === "set" ? withAt(value, edit.path.slice(depth), edit.value) : value,
    {},
  );

function withAt(value: Written, [step, ...below]: KeyPath, inner: Written): Written {
  if (step === undefined) return inner;
  const map = value as { readonly [key: string]: Written };
  return { ...map, [step]: withAt(map[step] ?? {}, below, inner) };
}

/** Moves first, then what is removed, from the last one on: places in a list move. */
function arranged(
  path: KeyPath,
  count: number,
  asked: (at: number) => string | null,
): { readonly order: readonly number[]; readonly edits: readonly Edit[] } {
  const order = [...range(count)];
  const edits: Edit[] = [];
  const lower = (at: number): void => {
    if (at < 0 || at + 1 >= count) return;
    order.splice(at, 2, order[at + 1] ?? 0, order[at] ?? 0);
    edits.push({ kind: "lower", path: [...path, at] });
  };
  const wanted = (word: string): readonly number[] =>
    range(Math.min(count, rowsShownMax)).filter((at) => asked(at) === word);
  for (const one of wanted("up")) lower(order.indexOf(one) - 1);
  for (const one of wanted("down").toReversed()) lower(order.indexOf(one));
  const gone = new Set(wanted("remove"));
  for (const [at, one] of [...order.entries()].toReversed())
    if (gone.has(one)) edits.push({ kind: "remove", path: [...path, at] });
  return { order: order.filter((one) => !gone.has(one)), edits };
}

/** Names and texts: a name that is emptied goes, one that is filled in comes. */
function pairsEdits(form: URLSearchParams, pairs: Pairs, { document, root }: Stand): FormEdits {
  const path = [...root, ...pairs.path];
  const names = namesAt(document, path);
  const edits: Edit[] = [];
  const has = new Set(names);
  for (const [at, name] of [...names, ...range(blankRows).map(() => null)].entries()) {
    const given = form.get(pairName(pairs, at))?.trim();
    const value = (form.get(inputName(`${pairs.name}.${at}`)) ?? "").replaceAll("\r\n", "\n");
    if (given === undefined) continue;
    if (given === "" && name === null && value.trim() !== "")
      return refusal(pairs.name, "form.pair-without-name");
    if (given === "" && name !== null) {
      edits.push({ kind: "remove", path: [...path, name] });
      has.delete(name);
    }
    if (given === "") continue;
    const isOther = given !== name;
    if (isOther && (names.includes(given) || has.has(given)))
      return refusal(pairs.name, "form.name-taken");
    const isSame = name !== null && same(value, lineAt(document, [...path, name]));
    if (!isSame) edits.push({ kind: "set", path: [...path, name ?? given], value: value.trim() });
    if (isOther && name !== null) edits.push({ kind: "rename", path: [...path, name], to: given });
    if (isOther) has.add(given);
  }
  return has.size === 0 && names.length > 0 ? only({ kind: "remove", path }) : only(...edits);
}
