/**
 * What a configuration that arrives through the control interface may not say: who
 * may edit the load balancing must not thereby become root. Judges the text of the main file, the
 * only one that arrives; its included files are put into place by root.
 */
import { isDeepStrictEqual } from "node:util";
import { Complaints } from "../keys/complaints.ts";
import { type DeclaredEntry, declaredEntries } from "../keys/declared-entries.ts";
import type { Problem } from "../keys/problem.ts";
import { literal, plain, type Value } from "../keys/value.ts";
import type { Config, MailConfig } from "./config.ts";
import { asYaml } from "./import/piranha/as-yaml.ts";
import { readText } from "./import/read-text.ts";
import { withSerial } from "./saving/edit.ts";
import { rootKeys } from "./schema/root.ts";

/** Where executables lie that a configuration from the control interface may name. */
export const commandsDirectory = "/etc/lvsd/commands";

/** What of a whole configuration is judged by what it means. */
type Judged = Pick<Config, "heartbeat" | "notify">;

/** Why an executable may not be named; null when it may. The real one looks at the disk. */
export type JudgeExecutable = (path: string) => string | null;

/**
 * Variables that mean nothing to loaders, libraries and interpreters. A list of those that do mean
 * something is never complete: OPENSSL_CONF, for one, loads a library into whatever uses TLS.
 */
const harmless = /^(?:CHECK|LVSD)_[A-Za-z0-9_]*$/;

/**
 * Every problem, with its place, of a text from outside that would replace `present`, which root
 * wrote or which was judged like this, with the texts of what it includes: executables outside /etc/lvsd/commands, variables that may
 * steer programs, and other files to read than those that `present` names. A command that `present`
 * holds, with these arguments, and a variable with this value stay. `next` and `before` are what
 * both mean. `included`: as in `strangeIncludes`.
 */
export function beyondControl(
  file: string,
  text: string,
  present: string | readonly string[],
  next: Judged,
  before: Judged,
  judge: JudgeExecutable,
  included: ReadonlySet<string> = new Set(),
): readonly Problem[] {
  const complaints = new Complaints();
  const value = readText(file, text, complaints);
  if (value === undefined) return complaints.inOrder([file]);
  const had = [present]
    .flat()
    .flatMap((of) => [...entriesOf(readText(file, of, new Complaints()))]);
  const known = new Set([...had.flatMap(filesOf).map(({ name }) => name), ...included]);
  const has = [...entriesOf(value)];
  const loadedVariables = new Set(had.flatMap(variablesOf));
  const programs = had.filter(({ key }) => key.names === "executable");
  const loadedCommands = new Set(programs.map(commandOf));
  for (const found of has) {
    const { path, key, entry } = found;
    if (key.names === "variables") judgeVariables(found, loadedVariables, complaints);
    else if (key.names === "executable") {
      const program = executableOf(entry.value);
      const isLoaded = loadedCommands.has(commandOf(found));
      const why = program === null || isLoaded ? null : judge(program);
      const message = `${path.join(".")}: ${program}: ${why}`;
      if (why !== null) complaints.at(entry.value, message, commandsHint);
    }
  }
  for (const { name, at, path, of } of has.flatMap(filesOf))
    if (!known.has(name)) complaints.at(at, `${path}: ${of} is not what is loaded`, elsewhere);
  judgeRootKeys(has, had, value, complaints);
  if (next.heartbeat.keyFile !== before.heartbeat.keyFile && !complaints.found)
    complaints.at(value, "heartbeat.key_file: it is not what is loaded", elsewhere);
  judgeMailServer(next.notify.mail, before.notify.mail, value, complaints);
  return complaints.inOrder([file]);
}

/** A password of root's goes to the server that root wrote, by the way that root wrote. */
function judgeMailServer(
  next: MailConfig | null,
  before: MailConfig | null,
  whole: Value,
  complaints: Complaints,
): void {
  if (next === null || before === null || next.passwordFile === null) return;
  for (const [key, name] of mailServerKeys)
    if (next[key] !== before[key])
      complaints.at(whole, `notify.mail.${name}: it is not what is loaded`, elsewhere);
}

const mailServerKeys = [
  ["smtp", "smtp"],
  ["port", "port"],
  ["tls", "tls"],
  ["serverName", "server_name"],
  ["ca", "ca"],
] as const;

/**
 * What `text` includes where it is the way back to one of `past`, the texts that were loaded here
 * once: it may differ in its serial alone. Empty for any other text, which could otherwise include
 * a file again that root has put out of use.
 */
export function includedOnce(
  file: string,
  text: string,
  past: readonly string[],
): ReadonlySet<string> {
  if (!mayInclude(text)) return new Set();
  const plainText = (of: string): string => {
    const yaml = asYaml(file, of) ?? of;
    return withSerial(yaml, 0) ?? yaml;
  };
  const wanted = plainText(text);
  const isBack = past.some((of) => mayInclude(of) && plainText(of) === wanted);
  return new Set(isBack ? includesOf(file, text).map(({ name }) => name) : []);
}

const includesOf = (file: string, text: string): readonly FileNamed[] =>
  mayInclude(text)
    ? [...entriesOf(readText(file, text, new Complaints()))].filter(isInclude).flatMap(filesOf)
    : [];

/** To be a key, the word must stand there, or be hidden behind an escape: this saves a reading. */
const mayInclude = (text: string): boolean => /include|\\/.test(text);

/**
 * The problems of a text from outside that includes what neither the loaded text does nor
 * `included` names. Judged before any included file is read: what stands in it would be repeated in
 * the answer.
 */
export function strangeIncludes(
  file: string,
  text: string,
  loaded: string,
  included: ReadonlySet<string> = new Set(),
): readonly Problem[] {
  if (!mayInclude(text)) return [];
  const complaints = new Complaints();
  const known = new Set([...includesOf(file, loaded).map(({ name }) => name), ...included]);
  for (const { name, at, path, of } of includesOf(file, text))
    if (!known.has(name)) complaints.at(at, `${path}: ${of} is not what is loaded`, elsewhere);
  return complaints.inOrder([file]);
}

const isInclude = ({ path }: DeclaredEntry): boolean => path.length === 1 && path[0] === "include";

const elsewhere = "the control interface does not change this: edit the file as root, lvsd reload";
const commandsHint = `from outside only executables in ${commandsDirectory} that root owns, or commands that are loaded with these arguments`;
const variablesHint =
  "from outside a name begins with CHECK_ or LVSD_; edit the file as root for others, lvsd reload";

const entriesOf = (value: Value | undefined): Generator<DeclaredEntry> =>
  declaredEntries({ kind: "section", keys: rootKeys }, value ?? nothing);

const nothing: Value = literal(null);

function judgeVariables(
  { path, entry }: DeclaredEntry,
  loaded: ReadonlySet<string>,
  complaints: Complaints,
): void {
  if (entry.value.kind !== "map") return;
  for (const { key, keySpot, value } of entry.value.entries) {
    const message = `${path.join(".")}.${key}: this variable may decide what a program runs`;
    if (!harmless.test(key) && !loaded.has(assignment(key, value)))
      complaints.at(keySpot, message, variablesHint);
  }
}

const assignment = (name: string, value: Value): string =>
  `${name}=${JSON.stringify(plain(value))}`;

const variablesOf = ({ key, entry }: DeclaredEntry): readonly string[] =>
  key.names === "variables" && entry.value.kind === "map"
    ? entry.value.entries.map((each) => assignment(each.key, each.value))
    : [];

/**
 * A command with its arguments, as one text: `sh` with other arguments is another program. The
 * arguments follow the program in a list or a line, or stand in `args` in the same map.
 */
function commandOf({ entry, siblings }: DeclaredEntry): string {
  const args = siblings.find(({ key }) => key === "args")?.value;
  return JSON.stringify([plain(entry.value), args === undefined ? [] : plain(args)]);
}

/** What only root changes must mean what it means as loaded; a key left out means its default. */
function judgeRootKeys(
  has: readonly DeclaredEntry[],
  had: readonly DeclaredEntry[],
  whole: Value,
  complaints: Complaints,
): void {
  const next = rootOnly(has);
  const before = rootOnly(had);
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
  /**
   * `OWNER KIND FILE`: two kinds of file are no substitute for each other, nor are two owners: a
   * check would send the password of a fence to its server.
   */
  readonly name: string;
  readonly of: string;
  readonly at: Value;
  readonly path: string;
}

/** Who has files of its own; those of all checks are one owner's, wherever a check stands. */
const fileOwners = ["failover.fence", "notify.mail", "console"];

function filesOf({ path, key, entry }: DeclaredEntry): FileNamed[] {
  if (key.names !== "file") return [];
  const { value } = entry;
  const owner = fileOwners.find((each) => path.join(".").startsWith(`${each}.`)) ?? "";
  return (value.kind === "list" ? value.items : [value]).flatMap((at) =>
    at.kind === "scalar" && at.value !== null
      ? [{ name: `${owner} ${entry.key} ${at.text}`, of: at.text, at, path: path.join(".") }]
      : [],
  );
}
