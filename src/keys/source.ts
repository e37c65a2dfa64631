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
 * added to `complaints`. Never throws. `origins`: where each line of `text` stands in the file, where
 * that holds another language and `text` was made of it.
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
  const tokens = tokensOf(clean, complain);
  if (tokens === undefined) return undefined;
  const document = compose(tokens, clean.length);
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
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit === true && yaml.version !== "1.2")
    complain(0, `this is YAML ${yaml.version}`, "lvsd reads YAML 1.2");
  if (errors.length > 0) return undefined;
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
  for (const { index, 0: letter } of text.matchAll(hiddenCharacter)) {
    const before = text.slice(text.lastIndexOf("\n", index - 1) + 1, index).slice(-lineMax);
    const isText = /(?:^|\s)#/.test(before) || isOdd(before, '"') || isOdd(before, "'");
    // Within a plain text an ideographic blank is what its language writes.
    const isProse = letter === "\u3000" && /[^\s\u3000:{,[-]$/.test(before);
    if (!isText && !isProse)
      return [index, letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")];
  }
  return null;
}

/** Looked back at so far: a line of 4 MB is looked through once. */
const lineMax = 1000;
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
 * yaml's tokens; undefined where a file costs more than any configuration. That is seen in the
 * lexemes, before anything is made of them: composing them takes ten times as long as lexing.
 */
function tokensOf(
  text: string,
  complain: (offset: number, message: string, hint: string) => void,
): CST.Token[] | undefined {
  const lexemes: string[] = [];
  let [offset, brackets] = [0, 0];
  for (const lexeme of new Lexer().lex(text)) {
    if (lexemes.at(-1) !== scalarFollows) {
      if (lexeme === "[" || lexeme === "{") brackets += 1;
      if (lexeme === "]" || lexeme === "}") brackets -= 1;
    }
    lexemes.push(lexeme);
    offset += markers.has(lexeme) ? 0 : lexeme.length;
    if (lexemes.length <= lexemesMax && brackets <= depthMax) continue;
    if (brackets > depthMax)
      complain(offset - 1, "brackets are nested too deeply", `at most ${depthMax} levels`);
    else complain(offset - 1, `more than ${lexemesMax} words and signs`, "is it the right file?");
    return undefined;
  }
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of lexemes) tokens.push(...parser.next(lexeme));
  tokens.push(...parser.end());
  return tokens;
}

/** Lexemes without a text of their own: byte order mark, document, flow error, scalar. */
const scalarFollows = "\x1f";
const markers = new Set(["\x02", "\x18", scalarFollows]);

/** The first document, or why the composer gave up: it recurses, so deep nesting ends its stack. */
function compose(tokens: readonly CST.Token[], length: number): Document.Parsed | string {
  const { stackTraceLimit } = Error;
  try {
    // A file of nothing but errors: an object each is affordable, a stack trace each is not.
    Error.stackTraceLimit = 0;
    const composer = new Composer({
      version: "1.2",
      schema: "core",
      resolveKnownTags: false,
      // yaml would compare every key with every other; `resolve` finds duplicates in linear time.
      uniqueKeys: false,
      logLevel: "error",
    });
    let first: Document.Parsed | null = null;
    for (const document of composer.compose(tokens, true, length)) {
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
    return `this cannot be read: ${sentence(messageOf(thrown))}`;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The first line of what \`yaml\` says, without what it quotes of the text. */
const sentence = (message: string): string =>
  (message.split("\n")[0] ?? "").replace(/(?:: |(?<=escape sequence) ).*$/, "").slice(0, 200);
