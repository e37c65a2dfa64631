/**
 * A check from its layers: a real server's over the virtual server's over `defaults`, key by key.
 * Where a layer changes the type, what lies under it counts for the rhythm only, because a path or
 * an expected text of one type means nothing in another. A list replaces a list; a map that lies
 * over a list lies over each of its checks whose type has the key.
 */
import { rhythmKeys } from "../check/check-keys.ts";
import { type CheckTypeName, typeNamed } from "../check/check-types.ts";
import { type GivenOrigin, originIn } from "../check/origin-keys.ts";
import type { Rhythm, SettleContext } from "../check/type.ts";
import type { Complaints, Spot } from "../keys/complaints.ts";
import { declaredEntries } from "../keys/declared-entries.ts";
import { type Draft, emptyDraft, type Keys, type Settled, settle, sound } from "../keys/section.ts";
import type { MapEntry, Value } from "../keys/value.ts";
import type { Protocol } from "../model/service.ts";
import { type Ms, ms } from "../model/time.ts";
import type { Check, Checks } from "./config.ts";
import { type CheckLayer, type CheckMap, keysOf, typesWith } from "./schema/check.ts";

/** Something of this machine that a check needs: what `check --here` looks for. */
export interface CheckNeed {
  readonly names: "executable" | "file";
  /** Absolute. */
  readonly path: string;
  /** A file with a password. */
  readonly secret: boolean;
  /** The dotted name of the key, and where its value stands. */
  readonly key: string;
  readonly spot: Spot;
}

/** Where the tries of a check are to come from, and where that is written. */
export interface WrittenOrigin extends Pick<Settled<Keys>, "spotOf" | "pathOf"> {
  readonly origin: GivenOrigin;
}

/** What a check takes from its surroundings. */
export interface CheckOwner {
  readonly path: string;
  readonly spot: Spot;
  /** Of the virtual server; undefined when that is faulty. */
  readonly protocol: Protocol | undefined;
  /** False: it is checked for no virtual server. */
  readonly hasService?: false;
  /** Makes a path absolute that is relative to the configuration file. */
  absolute(path: string): string;
  /** Is given what a sound check needs of the machine. */
  needs(need: CheckNeed): void;
  /** Is given where the tries of a sound check come from, if that is written. */
  comesFrom?(written: WrittenOrigin): void;
}

/** The check of these layers, the first one on top; undefined, with complaints, when faulty. */
export function settleCheck(
  layers: readonly CheckLayer[],
  owner: CheckOwner,
  complaints: Complaints,
): Checks | undefined {
  const at = layers.findIndex(({ kind }) => kind === "list");
  const list = layers[at];
  if (list?.kind !== "list") {
    const maps = mapsOf(layers);
    const type = typeOf(maps, owner);
    return type === undefined ? undefined : settleOne(maps, type, owner, complaints);
  }
  const over = mapsOf(layers.slice(0, at));
  const below = layers.slice(at + 1);
  const next = below.findIndex(({ kind }) => kind === "list");
  const under = mapsOf(next < 0 ? below : below.slice(0, next));
  return settleList({ list, over, under }, owner, complaints);
}

const mapsOf = (layers: readonly CheckLayer[]): readonly CheckMap[] =>
  layers.flatMap((layer) => (layer.kind === "one" ? [layer.map] : []));

function typeOf(maps: readonly CheckMap[], owner: CheckOwner): CheckTypeName | undefined {
  const giver = maps.find((map) => map.entries.has("type"));
  if (giver !== undefined && giver.type !== null) return giver.type;
  if (owner.protocol === undefined) return undefined;
  return owner.protocol === "tcp" ? "tcp" : "none";
}

interface ListedLayers {
  readonly list: CheckLayer & { readonly kind: "list" };
  readonly over: readonly CheckMap[];
  readonly under: readonly CheckMap[];
}

function settleList(
  { list, over, under }: ListedLayers,
  owner: CheckOwner,
  complaints: Complaints,
): Checks | undefined {
  const items = list.maps.filter((map) => !saysOnlyAny(map));
  const [only] = items;
  if (only === undefined) {
    complaints.at(list.spot, `${list.path}: an empty list`, "give one check");
    return undefined;
  }
  const types = items.map((item) => typeOf([item, ...under], owner));
  for (const map of over) refuseForList(map, types, complaints);
  const checks = items.map((item, index) => {
    const type = types[index];
    if (type === undefined) return undefined;
    const fitting = over.filter((map) => !map.entries.has("type") || map.type === type);
    if (type === "none" && items.length > 1) {
      const message = `${item.path}: a check of type none among several always passes`;
      complaints.at(item.spot, message, "leave it out");
      return undefined;
    }
    return settleOne([...fitting, item, ...under], type, owner, complaints, fitting.length);
  });
  const found = checks.filter((check) => check !== undefined);
  if (found.length < checks.length) return undefined;
  const [single] = found;
  if (found.length === 1) return single;
  const any = [...over, ...list.maps, ...under].find((map) => map.any !== null)?.any ?? false;
  const tried = found.filter((check) => check.type !== "none");
  return { type: "several", any, checks: tried };
}

/** `- any: true` says it of the whole list and is no check. */
const saysOnlyAny = (map: CheckMap): boolean => map.entries.size === 1 && map.any !== null;

/** A map over a list must mean something to one of its checks. */
function refuseForList(
  map: CheckMap,
  types: readonly (CheckTypeName | undefined)[],
  complaints: Complaints,
): void {
  const known = types.filter((type) => type !== undefined);
  if (map.type && !known.includes(map.type)) {
    const spot = map.entries.get("type")?.value ?? map.spot;
    const message = `${map.path}.type: none of the checks that it lies over is of type ${map.type}`;
    complaints.at(spot, message, "give a list, which replaces them");
  }
  for (const [key, { value }] of map.entries) {
    if (known.some((type) => Object.hasOwn(keysOf(type), key))) continue;
    const message = `${map.path}.${key}: none of the checks that it lies over has \`${key}\``;
    complaints.at(value, message, `checks that have it: ${typesWith(key).join(", ")}`);
  }
}

/** `over`: so many of the first maps lie over a list, and may have keys of its other types. */
function settleOne(
  maps: readonly CheckMap[],
  type: CheckTypeName,
  owner: CheckOwner,
  complaints: Complaints,
  over = 0,
): Check | undefined {
  const keys = keysOf(type);
  const layers = maps.map((map, at) => {
    const below = maps.slice(at);
    const own = below.some((one) => one.entries.has("type")) ? typeOf(below, owner) : type;
    const counts = at < over || own === type;
    if (counts && at >= over) refuseStrangeKeys(map, type, keys, complaints);
    const draft = map.draft(type, complaints);
    return { map, draft: counts ? draft : rhythmOf(draft) };
  });
  const [top = emptyDraft<Keys>(`${owner.path}.check`, owner.spot), ...rest] = layers.map(
    ({ draft }) => draft,
  );
  const settled = settle(keys, [top, ...rest], complaints);
  const via = viaOf(settled, type, owner, complaints);
  if (type === "none") return { type };
  const declared = typeNamed(type);
  const values = sound(settled);
  if (values === undefined) return undefined;
  const own = declared.settle(values, contextOf(settled, owner, complaints));
  if (own === undefined) return undefined;
  for (const key of Object.keys(declared.keys)) {
    const giver = layers.find(({ draft }) => draft.spots[key] !== undefined);
    const entry = giver?.map.entries.get(key);
    if (giver !== undefined && entry !== undefined)
      for (const need of needsOf(keys, entry, giver.map.path, owner)) owner.needs(need);
  }
  const origin = originIn(values);
  if (origin !== null) owner.comesFrom?.({ origin, ...placesIn(settled) });
  const { interval, timeout, fall, rise } = values as unknown as Rhythm;
  // The declaration of the type, by which `own` was settled, says what its checks are.
  const { fall_interval: sooner } = values as { readonly fall_interval?: Ms | null };
  const fallInterval = sooner == null ? {} : { fallInterval: ms(Math.min(sooner, interval)) };
  const rhythm = { interval, timeout, fall, rise, ...fallInterval };
  const ways = {
    ...(via === "service" && { via: null }),
    ...(origin !== null && { from: origin }),
  };
  return { type, ...rhythm, ...own, ...ways } as Check;
}

const placesIn = (settled: Settled<Keys>): Pick<WrittenOrigin, "spotOf" | "pathOf"> => ({
  spotOf: (key) => settled.spotOf(key),
  pathOf: (key) => settled.pathOf(key),
});

/** How its tries go; complains of what cannot go through the service. */
function viaOf(
  settled: Settled<Keys>,
  type: CheckTypeName,
  { hasService }: CheckOwner,
  complaints: Complaints,
): "direct" | "service" {
  const { via, address } = settled.values as Readonly<Record<string, unknown>>;
  if (via !== "service") return "direct";
  const given = originIn(settled.values);
  const path = settled.pathOf("via");
  const spot = settled.spotOf("via");
  const why = type === "none" ? "it has no tries" : typeNamed(type).straightOnly;
  if (hasService === false)
    complaints.at(spot, `${path}: there is no virtual server to go through`, "leave it out");
  else if (why !== undefined) {
    const message = `${path}: a check of type ${type} cannot go through the service: ${why}`;
    complaints.at(spot, message, "leave it out, or use another type");
  } else if (typeof address === "string")
    complaints.at(
      spot,
      `${path}: the check goes to ${address}, and the service leads to the real server itself`,
      "leave out one of the two",
    );
  else if (given !== null)
    complaints.at(
      spot,
      `${path}: the way through the service has a source and a mark of its own`,
      "leave it out, or `source`, `source_port`, `device` and `fwmark`",
    );
  return "service";
}

const inherited = ["type", "any", ...Object.keys(rhythmKeys)];

const rhythmOf = (draft: Draft<Keys>): Draft<Keys> => ({
  ...draft,
  given: only(draft.given, inherited),
  spots: only(draft.spots, inherited),
});

const only = <T extends object>(from: T, keys: readonly string[]): T =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key))) as T;

function refuseStrangeKeys(
  map: CheckMap,
  type: CheckTypeName,
  keys: Keys,
  complaints: Complaints,
): void {
  for (const [key, { value }] of map.entries) {
    if (Object.hasOwn(keys, key)) continue;
    const message = `${map.path}.${key}: a check of type ${type} has no \`${key}\``;
    complaints.at(value, message, `checks that have it: ${typesWith(key).join(", ")}`);
  }
}

const contextOf = (
  settled: Settled<Keys>,
  owner: CheckOwner,
  complaints: Complaints,
): SettleContext => ({
  // A server of SCTP is asked over TCP, if at all.
  protocol: owner.protocol === "sctp" ? "tcp" : owner.protocol,
  gives: (key) => settled.gives(key),
  complain(key, message, hint) {
    const [spot, path] =
      key === null ? [settled.spot, settled.path] : [settled.spotOf(key), settled.pathOf(key)];
    complaints.at(spot, `${path}: ${message}`, hint);
  },
  inner(keys, draft, key) {
    const empty = emptyDraft<typeof keys>(settled.pathOf(key), settled.spotOf(key));
    return sound(settle(keys, [draft ?? empty], complaints));
  },
  absolute: (path) => owner.absolute(path),
});

/** Which programs and files of this machine an entry names, its own inner keys included. */
function* needsOf(
  keys: Keys,
  entry: MapEntry,
  path: string,
  owner: CheckOwner,
): Generator<CheckNeed> {
  const map: Value = { ...entry.value, kind: "map", entries: [entry] };
  for (const found of declaredEntries({ kind: "section", keys }, map)) {
    const { names, secret = false } = found.key;
    if (names !== "executable" && names !== "file") continue;
    const { value } = found.entry;
    for (const each of value.kind === "list" ? value.items : [value])
      if (each.kind === "scalar" && each.value !== null)
        yield {
          names,
          secret,
          path: owner.absolute(each.text),
          key: `${path}.${found.path.join(".")}`,
          spot: each,
        };
  }
}
