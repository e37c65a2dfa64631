/**
 * The lines and words of lvs.cf, as Piranha 0.8.6 reads them: what it accepts is accepted and what
 * it refuses is refused for the same reason, since a file that has served for years must mean the
 * same, and one that never worked must not begin to.
 */

/** A word with what its statement needs to know: where it stands and whether it was quoted. */
export interface Word {
  readonly text: string;
  /** As written, quotes included: five keywords keep single quotes. */
  readonly raw: string;
  /** From 1. */
  readonly column: number;
}

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly words: readonly Word[];
  /** Why the line cannot be cut into words; null: it can. */
  readonly wrong: { readonly message: string; readonly column: number } | null;
}

/** Words of a line beyond this many are dropped by Piranha, without a message. */
const wordsMax = 99;

/** The statements of a text: blank lines and comments are left out. */
export function* linesOf(text: string): Generator<Line> {
  let number = 0;
  let at = 0;
  let cr = text.indexOf("\r");
  while (at < text.length) {
    number += 1;
    // The next CR anywhere ends a line; only without one does a LF.
    if (cr !== -1 && cr < at) cr = text.indexOf("\r", at);
    const lf = text.indexOf("\n", at);
    const end = cr !== -1 ? cr : lf === -1 ? text.length : lf;
    const written = text.slice(at, end);
    const line = wordsOf(written, number);
    if (line !== null) yield line;
    at = end + 1;
  }
}

/**
 * As the operator sees the file: every LF ends a line, a CR before it is dropped, and the next
 * quote of the same kind ends a quoted value.
 */
export function* visibleLinesOf(text: string): Generator<Line> {
  for (const [at, written] of text.split("\n").entries()) {
    const line = wordsOf(written.replace(/\r$/, ""), at + 1, true);
    if (line !== null) yield line;
  }
}

const isBlank = (letter: string | undefined): boolean => letter === " " || letter === "\t";

/** Null: a blank line or a comment. A line that begins with LF is blank to Piranha. */
function wordsOf(written: string, number: number, asSeen = false): Line | null {
  let at = 0;
  while (isBlank(written[at])) at += 1;
  if (at === written.length || written[at] === "#" || written[at] === "\n") return null;
  const words: Word[] = [];
  while (at < written.length && words.length < wordsMax) {
    const letter = written[at];
    const end =
      letter !== '"' && letter !== "'"
        ? endOfBare(written, at)
        : ((asSeen ? endAsSeen(written, at, letter) : null) ?? endOfQuoted(written, at, letter));
    if (end === null) {
      const wrong = { message: "quotation mismatch", column: at + 1 };
      return { number, words, wrong };
    }
    const raw = written.slice(at, end);
    const isQuoted = raw.length > 1 && (letter === '"' || letter === "'");
    words.push({ text: isQuoted ? raw.slice(1, -1) : raw, raw, column: at + 1 });
    at = end;
    while (isBlank(written[at])) at += 1;
  }
  return { number, words, wrong: null };
}

function endOfBare(written: string, from: number): number {
  let at = from;
  while (at < written.length && !isBlank(written[at])) at += 1;
  return at;
}

/** The next quote that a blank or the line's end follows. */
function endAsSeen(written: string, from: number, quote: string): number | null {
  for (let at = written.indexOf(quote, from + 1); at !== -1; at = written.indexOf(quote, at + 1))
    if (at + 1 === written.length || isBlank(written[at + 1])) return at + 1;
  return null;
}

/**
 * Piranha skips to the first blank after the opening quote and then looks for the closing one, so
 * that `"abc"` followed by a blank has passed its own. Null: there is none.
 */
function endOfQuoted(written: string, from: number, quote: string): number | null {
  const blank = endOfBare(written, from + 1);
  if (blank === written.length)
    return written.length - 1 > from && written.at(-1) === quote ? written.length : null;
  const close = written.indexOf(quote, blank);
  return close === -1 ? null : close + 1;
}
