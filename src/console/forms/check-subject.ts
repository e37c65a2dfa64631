/**
 * Which check a page is about: that of a virtual server, of one of its real servers, of a failover
 * service, or of `defaults`; alone or one of a list; there already or new.
 */
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isSeq } from "yaml";
import { type CheckTypeName, checkTypeNames } from "../../check/check-types.ts";
import type { Edit, KeyPath, Written } from "../../config/editing/edit.ts";
import { meaningOf } from "../../config/editing/with-edits.ts";
import { checksMax, keysOf } from "../../config/schema/check.ts";
import { itemsOf } from "./check-layers.ts";
import { type Field, partsOf } from "./field.ts";
import type { Inherited } from "./form.ts";
import { type Entry, failoverServicesIn, type Opened } from "./opened.ts";
import { isGiven, namesAt, nodeAt, seenAt, shownAt } from "./value.ts";
import { defaultsOf, realServersOf, virtualServerNamed } from "./virtual-server-form.ts";

/** What is checked. */
export type Checked =
  | { readonly kind: "virtual-server"; readonly entry: Entry; readonly realServer: string | null }
  | { readonly kind: "service"; readonly entry: Entry }
  | { readonly kind: "defaults" };

export interface CheckSubject {
  readonly checked: Checked;
  readonly document: Document;
  /** The included file that holds it; null: it can be edited. */
  readonly file: string | null;
  /** Where `check:` stands. */
  readonly base: KeyPath;
  /** The checks of its list, at their places; null: it is none. */
  readonly list: readonly ListedCheck[] | null;
  /** Which one of the list; null: it stands alone. */
  readonly at: number | null;
  /** It is not there yet. */
  readonly isNew: boolean;
  /** Where the check itself stands. */
  readonly root: KeyPath;
  readonly type: CheckTypeName;
  /** The type of what counts now, where that is no list. */
  readonly present: CheckTypeName;
  /** What makes room for a new one. */
  readonly before: readonly Edit[];
  readonly inherited: readonly Inherited[];
  /** What it lies over is a list: its keys count for each check of that. */
  readonly overList: boolean;
}

export interface ListedCheck {
  readonly at: number;
  readonly type: CheckTypeName;
}

export const typeField = partsOf(keysOf("tcp"), ["type"])[0] as Field;
export const anyField = partsOf(keysOf("tcp"), ["any"])[0] as Field;

const typeIn = (text: string | null): CheckTypeName | null =>
  checkTypeNames.find((name) => name === text) ?? null;

/** The type that is written at a place; null: none. */
export const typeAt = (document: Document, root: KeyPath): CheckTypeName | null =>
  typeIn(shownAt(document, [...root, "type"], typeField));

/** The fields of a query that lead to a check, `at` left out. */
export function placeOf(checked: Checked): Readonly<Record<string, string>> {
  switch (checked.kind) {
    case "virtual-server":
      return {
        vs: checked.entry.name,
        ...(checked.realServer === null ? {} : { rs: checked.realServer }),
      };
    case "service":
      return { service: checked.entry.name };
    case "defaults":
      return { defaults: "1" };
    default:
      return checked satisfies never;
  }
}

/** What a query is about; null: there is no such thing. A check that is gone leads to the first. */
export function checkSubjectIn(opened: Opened, query: URLSearchParams): CheckSubject | null {
  const place = placeIn(opened, query);
  if (place === null) return null;
  const { document, base, inherited } = place;
  const node = nodeAt(document, base);
  const usual = usualType(opened, place);
  const list = isSeq(node)
    ? node.items.flatMap((item, at) =>
        saysOnlyAny(item) ? [] : [{ at, type: typeAt(document, [...base, at]) ?? usual }],
      )
    : null;
  const asked = query.get("at");
  const isNew = asked === "new" && (list?.length ?? 0) < checksMax;
  const present = typeAt(document, base) ?? usual;
  const whole = { ...place, list, present, overList: inherited.some(isList) };
  if (isNew) {
    const plain = protocolType(opened, place);
    return { ...whole, ...newPlace(whole, plain), type: typeOfNew(query, usual) };
  }
  const at = list === null ? null : (list.find((one) => one.at === Number(asked)) ?? list[0])?.at;
  const root = at == null ? base : [...base, at];
  const type = typeIn(query.get("type")) ?? typeAt(document, root) ?? usual;
  return { ...whole, at: at ?? null, isNew: false, root, before: [], type };
}

/** The name of the field with which a form sends what its page showed. */
export const seenName = "seen";

/** What the form of this check is about: the check, or where a new one joins. */
export const seenOf = ({ document, base, root, isNew }: CheckSubject): string =>
  seenAt(document, [isNew ? base : root]);

export interface Sent {
  readonly subject: CheckSubject;
  /** False: it is not what the page showed, so nothing of it may be changed. */
  readonly asShown: boolean;
}

/** What a form was sent about; null: there is no such thing. `of`: one check, or all at `base`. */
export function sentSubjectIn(
  opened: Opened,
  form: URLSearchParams,
  of: "one" | "all",
): Sent | null {
  const subject = checkSubjectIn(opened, form);
  if (subject === null) return null;
  const { document, base, at, isNew } = subject;
  const place = isNew ? "new" : at === null ? null : String(at);
  const isThere = of === "all" || form.get("at") === place;
  const now = of === "all" ? seenAt(document, [base]) : seenOf(subject);
  return { subject, asShown: isThere && form.get(seenName) === now };
}

type Place = Pick<CheckSubject, "checked" | "document" | "file" | "base" | "inherited">;

function placeIn(opened: Opened, query: URLSearchParams): Place | null {
  const { document } = opened;
  if (query.has("defaults"))
    return {
      checked: { kind: "defaults" },
      document,
      file: null,
      base: ["defaults", "check"],
      inherited: [],
    };
  const service = query.get("service");
  if (service !== null) {
    const entry = failoverServicesIn(opened).find(({ name }) => name === service);
    if (entry === undefined) return null;
    const base = [...entry.root, "check"];
    return { checked: { kind: "service", entry }, document, file: null, base, inherited: [] };
  }
  const entry = virtualServerNamed(opened, query.get("vs") ?? "");
  if (entry === null) return null;
  const rs = query.get("rs");
  const server = rs === null ? null : realServersOf(entry).find(({ name }) => name === rs);
  if (server === undefined) return null;
  const lower = defaultsOf(opened);
  const { file } = entry;
  return {
    checked: { kind: "virtual-server", entry, realServer: rs },
    file,
    document: entry.document,
    base: [...(server ?? entry).root, "check"],
    inherited: [
      ...(server === null ? [] : [{ document: entry.document, root: [...entry.root, "check"] }]),
      { ...lower, root: [...lower.root, "check"] },
    ],
  };
}

/** The type of a check that gives none: an inherited one, or what the protocol brings. */
function usualType(opened: Opened, place: Place): CheckTypeName {
  for (const { document, root } of place.inherited) {
    const isSequence = isSeq(nodeAt(document, root));
    const given = typeAt(document, isSequence ? [...root, 0] : root);
    if (given !== null) return given;
  }
  return protocolType(opened, place);
}

function protocolType(opened: Opened, { checked, document, base }: Place): CheckTypeName {
  if (checked.kind === "service") return isGiven(document, base) ? "tcp" : "none";
  const owners = [
    ...(checked.kind === "defaults" ? [] : [{ of: document, at: checked.entry.root }]),
    { of: opened.document, at: ["defaults"] },
  ];
  const protocol = owners
    .map(({ of, at }) => nodeAt(of, [...at, "protocol"]))
    .map((node) => String((node as { value?: unknown } | undefined)?.value ?? ""))
    .find((word) => word !== "");
  return (protocol ?? "tcp") === "tcp" ? "tcp" : "none";
}

/** A new check that is none would be no check. */
const typeOfNew = (query: URLSearchParams, usual: CheckTypeName): CheckTypeName => {
  const type = typeIn(query.get("type")) ?? usual;
  return type === "none" ? "tcp" : type;
};

/** Where a new check goes: behind those that count now, which stay. */
function newPlace(
  { document, base, inherited, present }: Place & Pick<CheckSubject, "present">,
  plain: CheckTypeName,
): Pick<CheckSubject, "at" | "isNew" | "root" | "before"> {
  const node = nodeAt(document, base);
  const behind = (count: number, before: readonly Edit[]) => ({
    at: count,
    isNew: true,
    root: [...base, count],
    before,
  });
  if (isSeq(node)) return behind(node.items.length, []);
  const layers = [{ document, root: base }, ...inherited].map(meaningAt);
  const items = itemsOf(layers, plain);
  if (items !== null) return behind(items.length, madeOf(items, base, layers[0]));
  // Nothing is checked now: the new one stands alone.
  if (present === "none") return { at: null, isNew: true, root: base, before: [] };
  if (isGiven(document, base)) return behind(1, [{ kind: "list", path: base }]);
  return behind(1, [{ kind: "set", path: base, value: [{ type: present }] }]);
}

/** Key by key where a lone check stands already, which becomes the first item with its comments. */
function madeOf(items: readonly Written[], base: KeyPath, own: unknown): readonly Edit[] {
  const [first, ...rest] = items;
  if (typeof own !== "object" || own === null || first === undefined)
    return [{ kind: "set", path: base, value: items }];
  const had = own as Readonly<Record<string, unknown>>;
  const has = first as Readonly<Record<string, Written>>;
  const gone = Object.keys(had).filter((key) => !Object.hasOwn(has, key));
  const set = Object.entries(has).filter(([key, value]) => !isDeepStrictEqual(value, had[key]));
  return [
    { kind: "list", path: base },
    ...gone.map((key): Edit => ({ kind: "remove", path: [...base, 0, key] })),
    ...set.map(([key, value]): Edit => ({ kind: "set", path: [...base, 0, key], value })),
    ...rest.map((value, at): Edit => ({ kind: "set", path: [...base, at + 1], value })),
  ];
}

/** What the text says at a place. */
function meaningAt({ document, root }: Inherited): unknown {
  let value = meaningOf(document);
  for (const step of root)
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[String(step)];
  return value;
}

const isList = ({ document, root }: Inherited): boolean => isSeq(nodeAt(document, root));

/** `- any: true` says it of the whole list and is no check. */
const saysOnlyAny = (item: unknown): boolean =>
  isMap(item) && item.items.length === 1 && item.has("any");

/** What the list says of `any`: empty where it says nothing. */
export function anyOf({ document, base, list }: CheckSubject): string {
  if (list === null) return "";
  const said = placesOfAny({ document, base }).map((at) =>
    shownAt(document, [...base, at, "any"], anyField),
  );
  return said[0] ?? "";
}

/** Makes the list say `value` of `any`; null: nothing. */
export function anyEdits(subject: CheckSubject, value: boolean | null): readonly Edit[] {
  const { document, base, list } = subject;
  const [first] = list ?? [];
  if (first === undefined) return [];
  const places = placesOfAny({ document, base });
  const [said, ...others] = places;
  const path = (at: number): KeyPath => [...base, at, "any"];
  if (value !== null)
    return [
      { kind: "set", path: path(said ?? first.at), value },
      ...others.map((at): Edit => ({ kind: "remove", path: path(at) })),
    ];
  const node = nodeAt(document, base);
  // From the last one on: what is taken out of the list moves what follows.
  return places.toReversed().map((at): Edit => {
    const item = isSeq(node) ? node.items[at] : null;
    return { kind: "remove", path: saysOnlyAny(item) ? [...base, at] : path(at) };
  });
}

/** Where in the list something is said of `any`. */
export function placesOfAny({ document, base }: Pick<CheckSubject, "document" | "base">): number[] {
  const node = nodeAt(document, base);
  const items: readonly unknown[] = isSeq(node) ? node.items : [];
  return items.flatMap((_, at) => (isGiven(document, [...base, at, "any"]) ? [at] : []));
}

/** What the type before had and this one has not: it would be an error. */
export function strangeEdits({ document, root, type }: CheckSubject): readonly Edit[] {
  if (!isGiven(document, root)) return [];
  const keys = keysOf(type);
  return namesAt(document, root)
    .filter((name) => !Object.hasOwn(keys, name))
    .map((name) => ({ kind: "remove", path: [...root, name] }));
}
