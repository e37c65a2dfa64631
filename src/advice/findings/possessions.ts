/**
 * What one router has and the other one may lack, as values: from the peer's mouth, from a file.
 */
import { clipped } from "../../model/printable.ts";

/** `lvsd doctor --json` prints it, and the routers ask each other for it. */
export interface Possessions {
  /** SHA-256 of each program and file that the configuration names; null: not there. */
  readonly files: Readonly<Record<string, string | null>>;
  /** Connected networks by device: `eth0` -> `192.168.26.0/24`. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds since 1970. */
  readonly clock: number;
  readonly version: string;
  /** Hash of the configuration; null: an older version, which does not say. */
  readonly configHash: string | null;
}

// More than any configuration names and any machine has; what goes beyond is left out.
const filesMax = 2000;
const devicesMax = 500;
const networksMax = 100;
const pathMax = 4096;
const wordMax = 100;
/** Of all paths, and of all devices with their networks. */
export const possessionsCharactersMax = 256 * 1024;

/** The first ones that fit together, by their lengths. */
function fitting<Item>(items: readonly Item[], length: (item: Item) => number): readonly Item[] {
  let left = possessionsCharactersMax;
  return items.filter((item) => {
    left -= length(item);
    return left >= 0;
  });
}

type Connected = readonly [device: string, networks: readonly string[]];

const lengthOf = ([device, networks]: Connected): number => device.length + networks.join().length;

/** What a stranger's value says, within bounds; null: it is something else. */
export function possessionsIn(value: unknown): Possessions | null {
  const { files, networks, clock, version, configHash } = fieldsOf(value);
  if (!isObject(files) || !isObject(networks)) return null;
  if (typeof clock !== "number" || !Number.isFinite(clock)) return null;
  const hashes = Object.entries(files)
    .filter(([path, hash]) => path.length <= pathMax && (hash === null || isHash(hash)))
    .slice(0, filesMax);
  const devices = Object.entries(networks)
    .filter(([, list]) => Array.isArray(list))
    .slice(0, devicesMax)
    .map(([device, list]): Connected => [clipped(device, wordMax), wordsIn(list)]);
  return {
    files: Object.fromEntries(fitting(hashes, ([path]) => path.length)) as Possessions["files"],
    networks: Object.fromEntries(fitting(devices, lengthOf)) as Possessions["networks"],
    clock,
    version: clipped(String(version), wordMax),
    configHash: isHash(configHash) ? configHash : null,
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isObject(value) ? value : {};

const isHash = (value: unknown): value is string =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

const wordsIn = (list: unknown): readonly string[] =>
  (Array.isArray(list) ? list : [])
    .filter((each) => typeof each === "string")
    .slice(0, networksMax)
    .map((each) => clipped(each, wordMax));
