/**
 * What an answer must hold: a text, or a pattern in RE2's language, whose matching takes time
 * linear in the answer (https://github.com/google/re2/wiki/Syntax).
 *
 * Linear is not fast: a pattern of 1,000 instructions over 64 KiB may take seconds. So patterns are
 * values here; what compiles and matches them does so in a thread, unless it is short (checks/matching/matching.ts), and both
 * the pattern and what it is matched against are bounded.
 */
import { RE2JS } from "re2js";

/** What is looked for in an answer. */
export type Sought = { readonly kind: "text"; readonly bytes: Uint8Array } | Pattern;

/**
 * A pattern that must match somewhere. `text`: it reads the answer as UTF-8. `bytes`: byte for byte,
 * so that `.` is one byte and `\xff` the byte FF; a letter outside ASCII stands for its bytes.
 */
export interface Pattern {
  readonly kind: "pattern";
  readonly pattern: string;
  readonly reads: "text" | "bytes";
}

/** Whether an answer fits. */
export type Fits = (answer: Uint8Array) => boolean;

/** A pattern looks at this much of an answer, from its beginning. */
export const matchedBytesMax = 64 * 1024;

/** Instructions of a compiled pattern; `x.{500}y` has 504, a usual one has ten. */
export const patternSizeMax = 1000;

/** An answer as text: UTF-8, with U+FFFD for what is none. */
const decoder = new TextDecoder("utf-8");

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The bytes as one character each, U+0000 to U+00FF. */
const asCharacters = (bytes: Uint8Array): string => asBuffer(bytes).toString("latin1");

/** The value of `expect` and `regex`, for answers that are read as UTF-8. */
export const sought = (expect: string, regex: boolean): Sought =>
  regex
    ? { kind: "pattern", pattern: expect, reads: "text" }
    : { kind: "text", bytes: Buffer.from(expect, "utf8") };

/** Whether the answer contains the text. */
export const contains = (answer: Uint8Array, wanted: Uint8Array): boolean =>
  asBuffer(answer).includes(asBuffer(wanted));

/**
 * Compiles a pattern. Throws re2js's syntax error for one that is none, and an error for one that is
 * larger than `patternSizeMax`.
 */
export function compilePattern({ pattern, reads }: Omit<Pattern, "kind">): Fits {
  const source = reads === "text" ? pattern : asCharacters(Buffer.from(pattern, "utf8"));
  const compiled = RE2JS.compile(source);
  const size = compiled.programSize();
  if (size > patternSizeMax)
    throw new RangeError(
      `the pattern is too large: ${size} instructions, at most ${patternSizeMax}`,
    );
  const read = reads === "text" ? (bytes: Uint8Array) => decoder.decode(bytes) : asCharacters;
  return (answer) => compiled.test(read(answer.subarray(0, matchedBytesMax)));
}
