/**
 * What an answer must hold: a text, or a pattern in RE2's language, whose matching takes time
 * linear in the answer, so that no answer and no pattern can stall the daemon
 * (https://github.com/google/re2/wiki/Syntax).
 */
import { RE2JS } from "re2js";

/** Whether an answer fits. */
export type Fits = (answer: Uint8Array) => boolean;

/** An answer as text: UTF-8, with U+FFFD for what is none. */
const decoder = new TextDecoder("utf-8");

/** The bytes as one character each, U+0000 to U+00FF. */
const asCharacters = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/**
 * Fits an answer that contains `expect`, or, with `regex`, one in which the pattern matches
 * somewhere. Both read the answer as UTF-8. Throws re2js's syntax error for a pattern that is none.
 */
export function containing(expect: string, regex: boolean): Fits {
  if (regex) {
    const pattern = RE2JS.compile(expect);
    return (answer) => pattern.test(decoder.decode(answer));
  }
  const wanted = Buffer.from(expect, "utf8");
  return (answer) =>
    Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).includes(wanted);
}

/**
 * Fits an answer in which the pattern matches somewhere, byte for byte: `.` is one byte, `\xff` the
 * byte FF; a letter outside ASCII stands for its bytes in UTF-8. Throws as `containing` does.
 */
export function matchingBytes(pattern: string): Fits {
  const compiled = RE2JS.compile(asCharacters(Buffer.from(pattern, "utf8")));
  return (answer) => compiled.test(asCharacters(answer));
}
