/**
 * From a text of keepalived's to its lines after comments, conditions, parameters and sequences, in
 * the order in which keepalived takes these steps (keepalived.conf(5), "CONFIGURATION PARSER").
 */
import type { Findings, ForeignFile } from "../imported.ts";
import type { Origin } from "../outline.ts";

/** A line that is ready to be cut at its braces. */
export interface ExpandedLine {
  readonly text: string;
  readonly origin: Origin;
}

/** What is known while a file and its includes are read. */
export interface Surroundings {
  /** Every file that was given, by which includes are found. */
  readonly files: readonly ForeignFile[];
  /** The configuration id that `@ID` lines are compared with; null: they are kept and reported. */
  readonly instance: string | null;
  readonly findings: Findings;
  /** Names of files that an include has taken in. */
  readonly included: Set<string>;
}

/** keepalived skips longer lines. */
const lineMax = 1024;
/** Lines of the whole after expansion: keepalived has no bound, and a sequence is a bomb. */
const linesMax = 50_000;
const depthMax = 16;
/** How often references are replaced in one line, and how long it may become. */
const replacementsMax = 50;
const expandedMax = 8192;

/** The text of a configuration cannot be expanded within bounds. */
export class TooLarge extends Error {}

/** Every line of `file` and what it includes. Throws TooLarge. */
export function expand(file: ForeignFile, around: Surroundings): readonly ExpandedLine[] {
  const state: State = { ...around, parameters: new Map(), lines: [], current: file };
  readFile(file, state, 0);
  return state.lines;
}

interface State extends Surroundings {
  /** One line, or the lines of a multi-line definition. */
  readonly parameters: Map<string, readonly string[]>;
  readonly lines: ExpandedLine[];
  /** The file that is being read. */
  current: ForeignFile;
}

const includeWords = /^\s*(include[rmwba]?)\s+(\S+)/;

function readFile(file: ForeignFile, state: State, depth: number): void {
  const around = state.current;
  state.current = file;
  readLines(file, state, depth);
  state.current = around;
}

function readLines(file: ForeignFile, state: State, depth: number): void {
  let definition: { readonly name: string; readonly lines: string[] } | null = null;
  for (const [at, written] of file.text.split("\n").entries()) {
    const origin = { file: file.name, line: at + 1 };
    const line = written.replace(/\r$/, "");
    if (line.length > lineMax || line.includes("\0")) {
      const text = `longer than ${lineMax} bytes, or with a NUL: keepalived skips it`;
      state.findings.add("left-out", origin, "line", text);
      continue;
    }
    const include = includeWords.exec(line);
    if (include !== null) {
      takeIn(include[2] ?? "", origin, state, depth);
      continue;
    }
    const plain = uncommented(line);
    if (definition !== null) {
      const isLast = !plain.trimEnd().endsWith("\\");
      const part = plain.trimEnd().replace(/\\$/, "");
      if (part.trim() !== "") definition.lines.push(part);
      if (!isLast && part.trim() !== "") continue;
      state.parameters.set(definition.name, definition.lines);
      definition = null;
      continue;
    }
    const shown = conditional(plain, origin, state);
    if (shown === null) continue;
    const name = define(shown, state);
    if (name !== null) definition = { name, lines: [] };
    else if (!isDefinition(shown)) emit(shown, origin, state);
  }
}

function takeIn(pattern: string, origin: Origin, state: State, depth: number): void {
  if (depth >= depthMax)
    throw new TooLarge(`${origin.file}:${origin.line}: includes within includes`);
  const base = pattern.slice(pattern.lastIndexOf("/") + 1);
  const matches = matcherOf(base);
  const found = state.files.filter(({ name }) => name !== origin.file && matches(name));
  if (found.length === 0) {
    const text = `${pattern} is not among the given files: give it as well`;
    state.findings.add("left-out", origin, "include", text);
  }
  for (const file of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    state.included.add(file.name);
    readFile(file, state, depth + 1);
  }
}

/** Whether a name ends in what a glob describes; one whose brackets do not pair is no glob. */
function matcherOf(glob: string): (name: string) => boolean {
  try {
    const shape = new RegExp(`(?:^|/)${globSource(glob)}$`);
    return (name) => shape.test(name);
  } catch {
    return (name) => name === glob || name.endsWith(`/${glob}`);
  }
}

/** A glob with `*`, `?`, `[...]` and `{a,b}` as the source of a regular expression. */
function globSource(glob: string): string {
  return glob
    .replaceAll(/[.+^$()|\\]|\*|\?|\{|\}|,/g, (letter) => {
      const known: Record<string, string> = {
        "*": "[^/]*",
        "?": "[^/]",
        "{": "(?:",
        "}": ")",
        ",": "|",
      };
      return known[letter] ?? `\\${letter}`;
    })
    .replaceAll(/\[!/g, "[^");
}

/** Without its comment: `#` or `!` outside double quotes, unless behind a backslash. */
export function uncommented(line: string): string {
  let isQuoted = false;
  let kept = "";
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? "";
    if (letter === '"') isQuoted = !isQuoted;
    if (!isQuoted && letter === "\\" && (line[at + 1] === "#" || line[at + 1] === "!")) {
      kept += line[at + 1];
      at += 1;
      continue;
    }
    if (!isQuoted && (letter === "#" || letter === "!")) break;
    kept += letter;
  }
  return kept;
}

/** The line without its `@ID`; null where it is another configuration's. */
function conditional(line: string, origin: Origin, state: State): string | null {
  const match = /^\s*@(\^?)([^\s]+)[ \t]+(.*)$/.exec(line);
  if (match === null) return line;
  const [, not, id, rest = ""] = match;
  if (state.instance === null) {
    const text = `only for ${not === "^" ? "others than " : ""}${id}; --instance says whose file it is`;
    state.findings.add("left-out", origin, `@${not}${id}`, text);
    return null;
  }
  const isOurs = (id === state.instance) !== (not === "^");
  return isOurs ? conditional(rest, origin, state) : null;
}

const definitionPattern = /^\s*\$([A-Za-z_]\w*)=\s*(.*)$/;
const isDefinition = (line: string): boolean => definitionPattern.test(line);

/** Defines a parameter; its name where the definition goes on in the next lines. */
function define(line: string, state: State): string | null {
  const match = definitionPattern.exec(line);
  if (match === null) return null;
  const [, name = "", value = ""] = match;
  if (value.trim() === "\\") return name;
  state.parameters.set(name, [value.trimEnd()]);
  return null;
}

function emit(line: string, origin: Origin, state: State, depth = 0): void {
  if (depth > depthMax)
    throw new TooLarge(`${origin.file}:${origin.line}: parameters in parameters`);
  const parts = substituted(line, state);
  if (parts.length > 1) {
    // Lines of a multi-line parameter may define parameters themselves.
    for (const part of parts) {
      const name = define(part, state);
      if (name === null && !isDefinition(part)) emit(part, origin, state, depth + 1);
    }
    return;
  }
  const rest = conditional(parts[0] ?? "", origin, state);
  if (rest === null) return;
  for (const one of sequences(rest, origin)) {
    if (one.trim() === "") continue;
    if (state.lines.length >= linesMax)
      throw new TooLarge(`${origin.file}:${origin.line}: more than ${linesMax} lines`);
    state.lines.push({ text: one, origin });
  }
}

const reference = /\$\{([A-Za-z_]\w*)(?: [^}]*)?\}|\$([A-Za-z_]\w*)(?=[\s,)]|$)/;

/** The line with its references replaced; several lines where one is a multi-line parameter. */
function substituted(line: string, state: State): readonly string[] {
  let text = line;
  for (let count = 0; count < replacementsMax && text.length <= expandedMax; count += 1) {
    const found = findReference(text, state);
    if (found === null) return [text];
    const head = text.slice(0, found.from);
    const tail = text.slice(found.to);
    if (found.lines.length > 1)
      return found.lines
        .map((part, at) => (at === 0 ? head + part : part))
        .concat(tail.trim() === "" ? [] : [tail]);
    text = `${head}${found.lines[0] ?? ""}${tail}`;
  }
  return [text];
}

function findReference(text: string, state: State) {
  let offset = 0;
  for (;;) {
    const match = reference.exec(text.slice(offset));
    if (match === null) return null;
    const name = match[1] ?? match[2] ?? "";
    const lines = state.parameters.get(name) ?? predefined(match[0], name, state);
    const from = offset + match.index;
    if (lines !== null) return { from, to: from + match[0].length, lines };
    offset = from + match[0].length;
  }
}

function predefined(written: string, name: string, state: State): readonly string[] | null {
  if (name === "_PWD") return [directoryOf(state)];
  // The least of the range: a number that is the same whenever the file is read.
  if (name === "_RANDOM") return [/ (\d{1,9})/.exec(written)?.[1] ?? "0"];
  if (name === "_HASH") return ["#"];
  if (name === "_BANG") return ["!"];
  if (name === "_INSTANCE" && state.instance !== null) return [state.instance];
  return null;
}

/** keepalived's own place where a file was given by a name alone. */
function directoryOf({ current: { name }, findings }: State): string {
  if (name.startsWith("/")) return name.slice(0, Math.max(1, name.lastIndexOf("/")));
  const usual = "/etc/keepalived";
  findings.add("changed", { file: name, line: 1 }, "_PWD", `is read as ${usual}`);
  return usual;
}

const sequence = /~(SEQx?|LST)\(([^()]*)\)\s*/;

/** `~SEQ(VAR, ...)` and `~LST(VAR, ...)`: the rest of the line once for each value. */
function sequences(line: string, origin: Origin, made = { lines: 0 }): readonly string[] {
  const match = sequence.exec(line);
  if (match === null) {
    made.lines += 1;
    if (made.lines > linesMax)
      throw new TooLarge(`${origin.file}:${origin.line}: more than ${linesMax} lines`);
    return [line];
  }
  const head = line.slice(0, match.index);
  const rest = line.slice(match.index + match[0].length);
  const kind = match[1] ?? "";
  const values =
    kind === "LST" ? listOf(match[2] ?? "") : numbersOf(match[2] ?? "", kind === "SEQx");
  if (values.rows.length > linesMax)
    throw new TooLarge(`${origin.file}:${origin.line}: ${values.rows.length} repetitions`);
  return values.rows.flatMap((row) =>
    sequences(head + replaced(rest, values.names, row), origin, made),
  );
}

interface Values {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function numbersOf(inside: string, isHex: boolean): Values {
  const [name = "", ...given] = inside.split(",").map((part) => part.trim());
  const numbers = given.map(Number);
  const nothing = { names: [name], rows: [] };
  if (numbers.length === 0 || numbers.some((number) => !Number.isInteger(number))) return nothing;
  const [a = 0, b = 0, c = 0] = numbers;
  const [start, end] =
    given.length === 1 ? [a < 0 ? -1 : 1, a] : given.length === 2 ? [a, b] : [a, c];
  const step = given.length === 3 ? b : end >= start ? 1 : -1;
  if (step === 0 || Math.sign(end - start) * Math.sign(step) < 0) return nothing;
  const count = Math.floor((end - start) / step) + 1;
  const rows = Array.from({ length: Math.min(count, linesMax + 1) }, (_, at) => [
    isHex ? (start + at * step).toString(16) : String(start + at * step),
  ]);
  return { names: [name], rows };
}

function listOf(inside: string): Values {
  const parts = [...inside.matchAll(/\{([^}]*)\}|([^,{}]+)/g)]
    .map((match) => match[1] ?? match[2]?.trim() ?? "")
    .filter((part) => part !== "");
  const [names = "", ...rows] = parts.map((part) => part.split(",").map((word) => word.trim()));
  return { names: names === "" ? [] : names, rows };
}

function replaced(text: string, names: readonly string[], row: readonly string[]): string {
  let done = text;
  for (const [at, name] of names.entries()) {
    const value = row[at] ?? "";
    done = done
      .replaceAll(`\${${name}}`, () => value)
      .replaceAll(new RegExp(`\\$${name.replaceAll(/\W/g, "")}(?=[\\s,){}]|$)`, "g"), () => value);
  }
  return done;
}
