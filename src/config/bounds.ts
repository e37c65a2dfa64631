/**
 * What a configuration that arrives through the control interface may not say (product.md §5): who
 * may edit the load balancing must not thereby become root. Judges the text of the main file, the
 * only one that arrives; its included files are put into place by root.
 */
import { isDeepStrictEqual } from "node:util";
import { Complaints } from "../keys/complaints.ts";
import { type DeclaredEntry, declaredEntries } from "../keys/declared-entries.ts";
import type { Problem } from "../keys/problem.ts";
import { readSource } from "../keys/source.ts";
import { literal, plain, type Value } from "../keys/value.ts";
import type { Config } from "./config.ts";
import { rootKeys } from "./schema/root.ts";

/** Where executables lie that a configuration from the control interface may name. */
export const commandsDirectory = "/etc/lvsd/commands";

/** Why an executable may not be named; null when it may. The real one looks at the disk. */
export type JudgeExecutable = (path: string) => string | null;

/** Variables by which a program can be made to run another: ld.so(8), bash(1), interpreters. */
const steering =
  /^(?:LD_.*|PATH|ENV|IFS|SHELLOPTS|BASH.*|PYTHON.*|PERL.*|RUBY.*|NODE_.*|GCONV_PATH|GLIBC_TUNABLES|HOME)$/;

/**
 * Every problem, with its place, of a text that would replace `present` through the control
 * interface: executables outside /etc/lvsd/commands, variables that steer programs, and other
 * files to read than those that `present` names. `next` and `before` are what both mean.
 */
export function beyondControl(
  file: string,
  text: string,
  present: string,
  next: Pick<Config, "heartbeat">,
  before: Pick<Config, "heartbeat">,
  judge: JudgeExecutable,
): readonly Problem[] {
  const complaints = new Complaints();
  const value = readSource(file, text, complaints);
  if (value === undefined) return complaints.inOrder([file]);
  const had = [...entriesOf(readSource(file, present, new Complaints()))];
  const known = new Set(had.flatMap(filesOf).map(({ name }) => name));
  const has = [...entriesOf(value)];
  for (const found of has) {
    const { path, key, entry } = found;
    if (key.names === "variables") judgeVariables(found, complaints);
    else if (key.names === "executable") {
      const program = executableOf(entry.value);
      const why = program === null ? null : judge(program);
      const message = `${path.join(".")}: ${program}: ${why}`;
      if (why !== null) complaints.at(entry.value, message, commandsHint);
    }
  }
  for (const { name, at, path, of } of has.flatMap(filesOf))
    if (!known.has(name)) complaints.at(at, `${path}: ${of} is not what is loaded`, elsewhere);
  judgeRootKeys(has, had, value, complaints);
  if (next.heartbeat.keyFile !== before.heartbeat.keyFile && !complaints.found)
    complaints.at(value, "heartbeat.key_file: it is not what is loaded", elsewhere);
  return complaints.inOrder([file]);
}

/**
 * The problems of a text from outside that includes what the loaded text does not. Judged before
 * any included file is read: what stands in it would be repeated in the answer.
 */
export function strangeIncludes(file: string, text: string, loaded: string): readonly Problem[] {
  // To be a key, the word must stand there, or be hidden behind an escape: this saves a reading.
  if (!/include|\\/.test(text)) return [];
  const complaints = new Complaints();
  const includes = (of: string, into: Complaints): readonly FileNamed[] =>
    [...entriesOf(readSource(file, of, into))].filter(isInclude).flatMap(filesOf);
  const known = new Set(includes(loaded, new Complaints()).map(({ name }) => name));
  const given = includes(text, new Complaints());
  for (const { name, at, path, of } of given)
    if (!known.has(name)) complaints.at(at, `${path}: ${of} is not what is loaded`, elsewhere);
  return complaints.inOrder([file]);
}

const isInclude = ({ path }: DeclaredEntry): boolean => path.length === 1 && path[0] === "include";

const elsewhere = "the control interface does not change this: edit the file as root, lvsd reload";
const commandsHint = `through the control interface only executables in ${commandsDirectory} that root owns`;

const entriesOf = (value: Value | undefined): Generator<DeclaredEntry> =>
  declaredEntries({ kind: "section", keys: rootKeys }, value ?? nothing);

const nothing: Value = literal(null);

function judgeVariables({ path, entry }: DeclaredEntry, complaints: Complaints): void {
  if (entry.value.kind !== "map") return;
  for (const { key, keySpot } of entry.value.entries) {
    const message = `${path.join(".")}.${key}: this variable decides what a program runs`;
    if (steering.test(key)) complaints.at(keySpot, message, elsewhere);
  }
}

/** What only root changes must mean what it means as loaded; a key left out means its default. */
function judgeRootKeys(
  has: readonly DeclaredEntry[],
  had: readonly DeclaredEntry[],
  whole: Value,
  complaints: Complaints,
): void {
  const [next, before] = [rootOnly(has), rootOnly(had)];
  for (const [name, { path, key }] of new Map([...before, ...next])) {
    const [value, loaded] = [next.get(name), before.get(name)].map((found) => found?.entry.value);
    const [means, meant] = [value, loaded].map((given) =>
      given === undefined ? key.defaultValue : plain(given),
    );
    const message = `${path.join(".")}: it is not what is loaded`;
    if (!isDeepStrictEqual(means, meant)) complaints.at(value ?? whole, message, elsewhere);
  }
}

const rootOnly = (entries: readonly DeclaredEntry[]): Map<string, DeclaredEntry> =>
  new Map(
    entries
      .filter(({ key }) => key.changedBy === "root")
      .map((found) => [JSON.stringify(found.path), found] as const),
  );

/** The program of a command: its first word, or the first item of a list. */
function executableOf(value: Value): string | null {
  if (value.kind === "list") {
    const [first] = value.items;
    return first === undefined ? null : executableOf(first);
  }
  if (value.kind === "map") return null;
  return typeof value.value === "string" ? (value.value.trim().split(/\s+/)[0] ?? null) : null;
}

/** A file that a text names. */
interface FileNamed {
  /** `KIND FILE`: two kinds of file are no substitute for each other. */
  readonly name: string;
  readonly of: string;
  readonly at: Value;
  readonly path: string;
}

function filesOf({ path, key, entry }: DeclaredEntry): FileNamed[] {
  if (key.names !== "file") return [];
  const { value } = entry;
  return (value.kind === "list" ? value.items : [value]).flatMap((at) =>
    at.kind === "scalar" && at.value !== null
      ? [{ name: `${entry.key} ${at.text}`, of: at.text, at, path: path.join(".") }]
      : [],
  );
}
