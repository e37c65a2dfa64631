/**
 * What a configuration that arrives through the control interface may not say (product.md §5): who
 * may edit the load balancing must not thereby become root. Judges the text of the main file, the
 * only one that arrives; its included files are put into place by root.
 */
import { Complaints } from "../keys/complaints.ts";
import type { Problem } from "../keys/problem.ts";
import { readSource } from "../keys/source.ts";
import type { MapEntry, Value } from "../keys/value.ts";
import type { Config } from "./config.ts";

/** Where executables lie that a configuration from the control interface may name. */
export const commandsDirectory = "/etc/lvsd/commands";

/** Why an executable may not be named; null when it may. The real one looks at the disk. */
export type JudgeExecutable = (path: string) => string | null;

/** Keys whose value is a program, whatever stands above them; names may hold dots. */
const executableKeys = /(?:^|\.)command$|^failover\.services\..+\.(?:start|stop)$/;

/** Variables by which a program can be made to run another: ld.so(8), bash(1), interpreters. */
const steering =
  /^(?:LD_.*|PATH|ENV|IFS|SHELLOPTS|BASH.*|PYTHON.*|PERL.*|RUBY.*|NODE_.*|GCONV_PATH|GLIBC_TUNABLES|HOME)$/;

/** Keys whose value is a file that lvsd reads: TLS material, the key, further configuration. */
const fileKeys = /(?:^|\.)tls\.(?:ca|cert|certificate|key)$|^heartbeat\.key_file$|^include$/;

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
  const had = readSource(file, present, new Complaints());
  const known = new Set(had === undefined ? [] : Array.from(filesIn(had), ([name]) => name));
  for (const { path, entry } of entriesIn(value, [])) {
    const { value: given, keySpot, key: last } = entry;
    const key = path.join(".");
    const within = freeTextOf(path);
    if (within === "environment" && steering.test(last)) {
      const message = `${key}: this variable decides what a program runs`;
      complaints.at(keySpot, message, elsewhere);
    } else if (executableKeys.test(key) && within === null) {
      const program = executableOf(given);
      const why = program === null ? null : judge(program);
      if (why !== null) complaints.at(given, `${key}: ${program}: ${why}`, commandsHint);
    }
  }
  for (const [name, at, key] of filesIn(value))
    if (!known.has(name))
      complaints.at(at, `${key}: ${name.split(" ")[1]} is not what is loaded`, elsewhere);
  if (next.heartbeat.keyFile !== before.heartbeat.keyFile && !complaints.found)
    complaints.at(value, "heartbeat.key_file: it is not what is loaded", elsewhere);
  return complaints.inOrder([file]);
}

const elsewhere = "the control interface does not change this: edit the file as root, lvsd reload";
const commandsHint = `through the control interface only executables in ${commandsDirectory} that root owns`;

/** Of which map of a check this key is a name that means nothing to lvsd; null: of none. */
function freeTextOf(path: readonly string[]): "environment" | "headers" | null {
  const [of, map] = path.slice(-3);
  return path.length > 2 && of === "check" && (map === "environment" || map === "headers")
    ? map
    : null;
}

/** The program of a command: its first word, or the first item of a list. */
function executableOf(value: Value): string | null {
  if (value.kind === "list") {
    const [first] = value.items;
    return first === undefined ? null : executableOf(first);
  }
  if (value.kind === "map") return null;
  return typeof value.value === "string" ? (value.value.trim().split(/\s+/)[0] ?? null) : null;
}

/** `KIND FILE` (two kinds of file are no substitute for each other), its value, its key. */
function* filesIn(value: Value): Generator<[name: string, at: Value, key: string]> {
  for (const { path, entry } of entriesIn(value, [])) {
    const { value: given, key: last } = entry;
    const key = path.join(".");
    if (!fileKeys.test(key) || freeTextOf(path) !== null) continue;
    for (const each of given.kind === "list" ? given.items : [given])
      if (each.kind === "scalar" && each.value !== null) yield [`${last} ${each.text}`, each, key];
  }
}

/** An entry of a map, and the keys that lead to it, its own included. */
interface Found {
  readonly path: readonly string[];
  readonly entry: MapEntry;
}

function* entriesIn(value: Value, above: readonly string[]): Generator<Found> {
  if (value.kind === "list") for (const item of value.items) yield* entriesIn(item, above);
  if (value.kind !== "map") return;
  for (const entry of value.entries) {
    const path = [...above, entry.key];
    yield { path, entry };
    yield* entriesIn(entry.value, path);
  }
}
