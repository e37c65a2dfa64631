/**
 * From the operator's text to a Config, or to every problem with its place. The one entrance:
 * `check`, `run` and `reload` all come through here, so what `check` accepts `run` will run.
 */
import { createHash } from "node:crypto";
import { Complaints, type Spot } from "../keys/complaints.ts";
import type { Places } from "../keys/place.ts";
import type { Problem } from "../keys/problem.ts";
import { readSection } from "../keys/section.ts";
import { quoted } from "../keys/shape.ts";
import { configBytesMax, tooLarge } from "../keys/source.ts";
import type { MapValue, Value } from "../keys/value.ts";
import { assemble } from "./assemble.ts";
import type { Config } from "./config.ts";
import { readText } from "./import/read-text.ts";
import { rules } from "./rules.ts";
import { includedKeys, rootKeys } from "./schema/root.ts";
import { type IncludedDraft, settleWhole } from "./whole.ts";

/** How files are reached; `system/file/config-files.ts` is the real one. Never throws. */
export interface Files {
  /** The text of a file, or why it cannot be had. Paths are absolute. */
  read(path: string): { readonly text: string } | { readonly error: Unread };
  /** Absolute paths of the files that a pattern (absolute) matches, in any order. */
  glob(pattern: string): readonly string[];
}

/** Why a file could not be read: a message without the file's name, and the way out. */
export interface Unread {
  readonly message: string;
  readonly hint: string | null;
  /** Set where a place in the file is at fault (bytes that are not UTF-8). */
  readonly line?: number;
  readonly column?: number;
}

/** One file that a configuration was read from. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

export type ReadResult =
  | {
      readonly config: Config;
      readonly places: Places;
      /** The main file first, then its includes in the order of their names. */
      readonly files: readonly ConfigFile[];
      /** What is sound and was probably not meant. */
      readonly warnings: readonly Problem[];
    }
  | { readonly problems: readonly Problem[] };

/** More files than this are a pattern that matches too much. */
export const includedFilesMax = 1000;

/** Reads the configuration at `path` (absolute). Never throws. Plain data: fit for postMessage. */
export function readConfig(path: string, files: Files): ReadResult {
  const complaints = new Complaints();
  const read: ConfigFile[] = [];
  const value = load(path, files, read, complaints, null);
  const problems = (): ReadResult => ({
    problems: complaints.inOrder([path, ...read.map((file) => file.path)]),
  });
  if (value === undefined) return problems();
  if (value.kind === "scalar" && value.value === null && !complaints.found) {
    complaints.at(value, "the configuration is empty", "lvsd init writes a first one");
    return problems();
  }
  const main = readSection(rootKeys, value, "", complaints);
  if (main === undefined) return problems();
  const absolute = (relative: string): string => resolvedFrom(path, relative);
  const includedBy = { path, spot: main.spots.include ?? main.spot };
  const included = matches(includedBy, main.given.include ?? [], files, complaints)
    .map((file) => readIncluded(file, includedBy, files, read, complaints))
    .filter((draft) => draft !== undefined);
  const whole = settleWhole(main, included, absolute, complaints);
  for (const rule of rules) rule(whole, complaints);
  if (complaints.found) return problems();
  const assembled = assemble(whole, { path, hash: hashOf(path, read), absolute });
  const warnings = complaints.warnings([path, ...read.map((file) => file.path)]);
  return { ...assembled, files: read, warnings };
}

/** One file's value; undefined, with complaints, when it cannot be had. */
function load(
  path: string,
  files: Files,
  read: ConfigFile[],
  complaints: Complaints,
  includedAt: Spot | null,
): Value | undefined {
  const result = files.read(path);
  if ("error" in result) {
    const { message, hint, line = null, column = null } = result.error;
    if (includedAt !== null && line === null)
      complaints.at(
        includedAt,
        `include: ${path}: ${message}`,
        hint ?? "mend the path, or remove it",
      );
    else
      complaints.add({ file: path, line, column, message, hint: hint ?? "lvsd init writes one" });
    return undefined;
  }
  const { text } = result;
  const before = read.reduce((sum, file) => sum + file.text.length, 0);
  read.push({ path, text });
  if (before + text.length <= configBytesMax) return readText(path, text, complaints);
  if (before <= configBytesMax) complaints.add(tooLarge(path));
  return undefined;
}

function readIncluded(
  path: string,
  includedBy: { readonly path: string; readonly spot: Spot },
  files: Files,
  read: ConfigFile[],
  complaints: Complaints,
): IncludedDraft | undefined {
  const own = new Complaints();
  const value = load(path, files, read, own, includedBy.spot);
  // A file of other programs may read as a map (a line of shadow(5) does): nothing of it is quoted.
  const isForeign =
    value?.kind === "map" && !value.entries.some(({ key }) => Object.hasOwn(rootKeys, key));
  if (isForeign) {
    const message = `no key of it is one of ${Object.keys(includedKeys).join(" and ")}`;
    complaints.add({
      file: path,
      line: null,
      column: null,
      message,
      hint: "is it the right file?",
    });
    return undefined;
  }
  for (const problem of own.inOrder([path])) complaints.add(problem);
  if (value === undefined || (value.kind === "scalar" && value.value === null)) return undefined;
  return readSection(
    includedKeys,
    withoutStrangers(value, includedBy.path, complaints),
    "",
    complaints,
  );
}

/** Takes out the keys that only the main file has, with a better word than "unknown". */
function withoutStrangers(value: Value, mainPath: string, complaints: Complaints): Value {
  if (value.kind !== "map") return value;
  const allowed = Object.keys(includedKeys);
  const entries = value.entries.filter(({ key, keySpot }) => {
    if (!Object.hasOwn(rootKeys, key) || allowed.includes(key)) return true;
    const message = `${key}: an included file holds ${allowed.join(" and ")} only`;
    complaints.at(keySpot, message, `move it to ${mainPath}`);
    return false;
  });
  return { ...value, entries } satisfies MapValue;
}

/**
 * The included files, each once, by name: the order of a directory is no order. The name is the
 * relative one, so that the order is the same wherever the whole configuration lies.
 */
function matches(
  { path, spot }: { readonly path: string; readonly spot: Spot },
  patterns: readonly string[],
  files: Files,
  complaints: Complaints,
): readonly string[] {
  const found = new Set<string>();
  for (const pattern of patterns) {
    if (pattern.includes("**")) {
      complaints.at(
        spot,
        `include: ${quoted(pattern)} walks through whole trees`,
        "name the directory",
      );
      continue;
    }
    const literal = !/[*?[{]/.test(pattern);
    const matched = literal
      ? [resolvedFrom(path, pattern)]
      : files.glob(resolvedFrom(path, pattern));
    for (const file of matched) {
      if (file !== path) found.add(file);
      else if (literal) complaints.at(spot, "include: this file itself", "remove it");
    }
  }
  if (found.size <= includedFilesMax)
    return [...found].sort((a, b) => (relativeTo(path, a) < relativeTo(path, b) ? -1 : 1));
  const message = `include: ${found.size} files`;
  complaints.at(spot, message, `at most ${includedFilesMax}; is a pattern too wide?`);
  return [];
}

/**
 * SHA-256 over the main file's text, then for each included file its name relative to the main file
 * and its text. NUL, which no text may hold, parts them; without includes it is what sha256sum
 * says.
 */
function hashOf(path: string, files: readonly ConfigFile[]): string {
  const hash = createHash("sha256");
  for (const [at, file] of files.entries()) {
    if (at > 0) hash.update(`\0${relativeTo(path, file.path)}\0`);
    hash.update(file.text);
  }
  return hash.digest("hex");
}

/** With its ending slash. */
const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** A file's name as seen from the directory of `path`; absolute where it lies elsewhere. */
const relativeTo = (path: string, file: string): string =>
  file.startsWith(directoryOf(path)) ? file.slice(directoryOf(path).length) : file;

/** `relative` as seen from the directory of `path`, without `.` and `..` in it. */
function resolvedFrom(path: string, relative: string): string {
  const parts: string[] = [];
  const joined = relative.startsWith("/") ? relative : directoryOf(path) + relative;
  for (const part of joined.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
