/**
 * From a text to a YAML 1.2 document: the bounds on what a file may cost, and YAML's own errors in
 * words for operators. https://yaml.org/spec/1.2.2/
 */
import {
  Composer,
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type YAMLError,
  YAMLParseError,
} from "yaml";
import { messageOf } from "../model/error.ts";
import type { Complaints, Spot } from "./complaints.ts";
import { depthMax, resolve, type Value } from "./value.ts";

/**
 * Bytes of one configuration, its includes counted in. 10,000 real servers take 1 MiB and half a
 * second; what is larger than 4 MiB is a mistake or an attack.
 */
export const configBytesMax = 4 * 1024 * 1024;

/** 50,000 real servers of one line each; lexing so many takes a quarter of a second. */
const lexemesMax = 2_000_000;

/**
 * Signs that a configuration hardly needs, and how many of each are read before a text counts as
 * hostile: each costs many times what a word does.
 */
const signsMax = {
  tags: [100, "lvsd needs no tags"],
  "lines that begin with %": [100, "lvsd needs no directives"],
  "marks of documents": [100, "a file holds one document"],
  anchors: [10_000, "what servers share can stand under `defaults`"],
  aliases: [100_000, "what servers share can stand under `defaults`"],
  "keys that begin with ?": [100, "write `key: value`"],
  "colons without a key": [100, "write `key: value`"],
  "keys in lists": [100, "write { key: value }"],
  "lists that begin in a line of a list": [100, "write [a, b]"],
  "lists and maps in brackets": [200_000, "is it the right file?"],
} as const satisfies Readonly<Record<string, readonly [most: number, hint: string]>>;
type Sign = keyof typeof signsMax;

/** What is reported of the mistakes of a text; whatever comes after so many is not looked for. */
const errorsMax = 200;

/** What `yaml` says, in our words. */
const syntaxWords: Partial<Record<YAMLError["code"], readonly [message: string, hint: string]>> = {
  TAB_AS_INDENT: ["a tab is used for indentation", "indent with spaces"],
  MULTIPLE_DOCS: ["a second document begins here", "a file holds one document: remove the `---`"],
  TAG_RESOLVE_FAILED: ["this tag is unknown", "lvsd needs no tags: remove it"],
  RESOURCE_EXHAUSTION: ["nested too deeply", `at most ${depthMax} levels`],
  BAD_DIRECTIVE: ["this directive is unknown", "lvsd needs none: remove it"],
  BAD_SCALAR_START: ["this value begins with a sign that YAML keeps for itself", "quote it"],
  KEY_OVER_1024_CHARS: ["a key of more than 1024 characters", "is a line break missing?"],
};

/**
 * Reads one text. Undefined when it is not YAML or goes beyond a bound; then every reason has been
 * added to `complaints`. Never throws. `origins`: where each line of `text` stands in the file,
 * where that holds another language and `text` was made of it.
 */
export function readSource(
  file: string,
  text: string,
  complaints: Complaints,
  origins: readonly (number | null)[] | null = null,
): Value | undefined {
  if (text.length > configBytesMax) {
    complaints.add(tooLarge(file));
    return undefined;
  }
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const lines = linesOf(clean);
  const source: Spot["source"] = {
    file,
    placeOf(offset) {
      const { line, col } = lines.linePos(offset);
      const origin = origins?.[line - 1];
      if (origin !== undefined) return { line: origin ?? 1, column: 1 };
      return { line: Math.max(1, line), column: Math.max(1, col) };
    },
  };
  const control = clean.search(unprintable);
  if (control !== -1) {
    const code = clean.charCodeAt(control).toString(16).padStart(2, "0");
    const message = `the control character 0x${code} stands here`;
    complaints.at({ source, offset: control }, message, "a configuration is plain text");
    return undefined;
  }
  const complain = (offset: number, message: string, hint: string): void =>
    complaints.at({ source, offset }, message, hint);
  const hidden = hiddenIn(clean);
  if (hidden !== null) {
    const [offset, code] = hidden;
    complain(
      offset,
      `${hiddenNames[code] ?? "a hidden character"} (U+${code}) stands here`,
      hiddenHint,
    );
    return undefined;
  }
  const lexemes = lexemesOf(clean, complain);
  if (lexemes === undefined) return undefined;
  const document = compose(lexemes, clean.length);
  if (typeof document === "string") {
    complain(0, document, "is it a YAML file?");
    return undefined;
  }
  const errors = [...document.errors, ...document.warnings];
  for (const error of errors) {
    const [message, hint] = syntaxWords[error.code] ?? [
      `this is not YAML: ${sentence(error.message)}`,
      "look at the indentation, quotes and brackets here and above",
    ];
    complain(Math.min(error.pos[0], clean.length), message, hint);
  }
  const { yaml } = ("directives" in document ? document.directives : null) ?? {};
  if (yaml?.explicit === true && yaml.version !== "1.2")
    complain(0, `this is YAML ${yaml.version}`, "lvsd reads YAML 1.2");
  if (errors.length > 0 || !("contents" in document)) return undefined;
  // Nothing of a file is repeated that is no configuration: it may be a key, or a list of passwords.
  const { contents } = document;
  if (contents === null || isMap(contents) || (isScalar(contents) && contents.value === null))
    return resolve(document, source, complaints);
  const kind = isSeq(contents) ? "a list" : "a text";
  complain(0, `${kind} where a map of keys is expected`, "write one `key: value` line each");
  return undefined;
}

/** The problem of a file, or of all files of a configuration together, beyond `configBytesMax`. */
export const tooLarge = (file: string) => ({
  file,
  line: null,
  column: null,
  message: `the configuration is larger than ${configBytesMax} bytes`,
  hint: "it is not read any further; 10,000 real servers take a quarter of that",
});

/** What YAML 1.2 excludes (section 5.1), and lone carriage returns, which editors hide. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is its purpose
const unprintable = /[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]|\r(?!\n)/;

/** Characters that look like a blank, or like nothing, and are none to YAML. */
const hiddenNames: Readonly<Record<string, string>> = {
  "00A0": "a no-break blank",
  "200B": "a zero-width blank",
  "200C": "a zero-width non-joiner",
  "200D": "a zero-width joiner",
  "2060": "a word joiner",
  "3000": "an ideographic blank",
  FEFF: "a byte order mark",
};
const hiddenHint = "it looks like a blank or like nothing: type an ordinary blank, or delete it";
const hiddenCharacter = /[\u00A0\u200B-\u200D\u2060\u3000\uFEFF]/g;

/** The first of them that is no part of a comment or of a quoted text, and its code; null: none. */
function hiddenIn(text: string): readonly [offset: number, code: string] | null {
  let looked = 0;
  for (const { index, 0: letter } of text.matchAll(hiddenCharacter)) {
    const code = letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    looked += 1;
    if (looked > hiddenMax) return [index, code];
    const above = text.slice(Math.max(0, index - lineMax), index);
    const before = above.slice(above.lastIndexOf("\n") + 1);
    const isText = /(?:^|\s)#/.test(before) || isOdd(before, '"') || isOdd(before, "'");
    // Within a plain text an ideographic blank is what its language writes.
    const isProse = letter === "\u3000" && /[^\s\u3000:{,[-]$/.test(before);
    if (!isText && !isProse) return [index, code];
  }
  return null;
}

/** Looked back at so far, for each of so many. */
const lineMax = 1000;
const hiddenMax = 10_000;
const isOdd = (text: string, quote: string): boolean => text.split(quote).length % 2 === 0;

/** Where each line begins. Not asked of yaml's parser, which passes over those in its errors. */
function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
    lines.addNewLine(at + 1);
  return lines;
}

/**
 * yaml's lexemes; undefined where a file costs more than any configuration. That is seen in the
 * lexemes, before anything is made of them: composing them takes ten times as long as lexing.
 */
function lexemesOf(
  text: string,
  complain: (offset: number, message: string, hint: string) => void,
): readonly string[] | undefined {
  const lexemes: string[] = [];
  const seen = new Map<Sign, number>();
  const open: string[] = [];
  let offset = 0;
  let last = "";
  let dashes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const isScalar = lexemes.at(-1) === scalarFollows;
    lexemes.push(lexeme);
    offset += markers.has(lexeme) ? 0 : lexeme.length;
    if (!isScalar) {
      const sign = signOf(lexeme, last, open.at(-1));
      if (lexeme === "[" || lexeme === "{") open.push(lexeme);
      if (lexeme === "]" || lexeme === "}") open.pop();
      if (!isBlank(lexeme)) dashes = lexeme === "-" && last === "-" ? dashes + 1 : 0;
      if (open.length > depthMax || dashes > depthMax) {
        const what = open.length > depthMax ? "brackets" : "lists";
        complain(offset - 1, `${what} are nested too deeply`, `at most ${depthMax} levels`);
        return undefined;
      }
      const count = sign === null ? 0 : (seen.get(sign) ?? 0) + 1;
      if (sign !== null && count > signsMax[sign][0]) {
        complain(offset - 1, `more than ${signsMax[sign][0]} ${sign}`, signsMax[sign][1]);
        return undefined;
      }
      if (sign !== null) seen.set(sign, count);
    }
    if (lexemes.length > lexemesMax) {
      complain(offset - 1, `more than ${lexemesMax} words and signs`, "is it the right file?");
      return undefined;
    }
    if (isScalar || !isBlank(lexeme)) last = isScalar ? scalarFollows : lexeme;
  }
  return lexemes;
}

const isBlank = (lexeme: string): boolean => /^[\s#]|^$/.test(lexeme);

/** `last`: what stands before it, blanks left out; `bracket`: the innermost that is open. */
function signOf(lexeme: string, last: string, bracket: string | undefined): Sign | null {
  switch (lexeme[0]) {
    case "!":
      return "tags";
    case "%":
      return "lines that begin with %";
    case "&":
      return "anchors";
    case "*":
      return "aliases";
    case "?":
      return "keys that begin with ?";
    case "[":
    case "{":
      return "lists and maps in brackets";
    case "-":
      return lexeme === "---"
        ? "marks of documents"
        : last === "-"
          ? "lists that begin in a line of a list"
          : null;
    case ".":
      return lexeme === "..." ? "marks of documents" : null;
    case ":":
      if (bracket === "[") return "keys in lists";
      // Behind a text, an alias or a bracket that closes stands a key.
      return last === scalarFollows || /^['"*\]}]/.test(last) ? null : "colons without a key";
    default:
      return null;
  }
}

/** Lexemes without a text of their own: byte order mark, document, flow error, scalar. */
const scalarFollows = "\x1f";
const markers = new Set(["\x02", "\x18", scalarFollows]);

/** A document, or the first of more mistakes than a configuration has. */
type Composed = Document.Parsed | Pick<Document.Parsed, "errors" | "warnings">;

/** Ends a composition: the text has so many mistakes that it is no configuration. */
class TooManyErrors extends Error {}

/** yaml's composer, which would make an object of every mistake in a text of nothing else. */
class BoundedComposer extends Composer {
  readonly found: YAMLParseError[] = [];

  constructor() {
    super({
      version: "1.2",
      schema: "core",
      resolveKnownTags: false,
      // yaml would compare every key with every other; `resolve` finds duplicates in linear time.
      uniqueKeys: false,
      logLevel: "error",
    });
    const { found } = this;
    found.push = (...errors) => {
      if (found.length >= errorsMax) throw new TooManyErrors();
      return Array.prototype.push.apply(found, errors);
    };
    // biome-ignore lint/complexity/useLiteralKeys: it is private, and there is no other door
    this["errors"] = found;
  }
}

/**
 * The first document, or why there is none: parser and composer recurse, so depth ends the stack.
 */
function compose(lexemes: readonly string[], length: number): Composed | string {
  const { stackTraceLimit } = Error;
  const composer = new BoundedComposer();
  try {
    // A file of nothing but errors: an object each is affordable, a stack trace each is not.
    Error.stackTraceLimit = 0;
    let first: Document.Parsed | null = null;
    for (const document of composer.compose(tokensOf(lexemes), true, length)) {
      if (first === null) {
        first = document;
        continue;
      }
      const [from, to] = document.range;
      first.errors.push(new YAMLParseError([from, to], "MULTIPLE_DOCS", ""));
      break;
    }
    return first ?? "the file holds no document";
  } catch (thrown) {
    if (thrown instanceof TooManyErrors) return { errors: composer.found, warnings: [] };
    if (thrown instanceof RangeError) return "nested too deeply";
    return `this cannot be read: ${sentence(messageOf(thrown))}`;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function* tokensOf(lexemes: readonly string[]): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of lexemes) yield* parser.next(lexeme);
  yield* parser.end();
}

/** The first line of what \`yaml\` says, without what it quotes of the text. */
const sentence = (message: string): string =>
  (message.split("\n")[0] ?? "").replace(/(?:: |(?<=escape sequence) ).*$/, "").slice(0, 200);
