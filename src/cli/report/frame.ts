/** What a terminal is sent so that it shows a screen: only the lines that changed. Pure. */

/** A size in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** A screen as it was drawn. */
export interface Drawn extends ScreenSize {
  readonly lines: readonly string[];
}

// ECMA-48: CUP, EL, ED.
const at = (row: number): string => `\x1b[${row};1H`;
const toLineEnd = "\x1b[K";
const wholeScreen = "\x1b[2J";

/** Colours take no place. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of colours
const widthOf = (line: string): number => line.replaceAll(/\x1b\[\d+m/g, "").length;

/**
 * The bytes that lead from one screen to the next; empty when nothing changed. After another size
 * (null: at first) everything is drawn. A line that fills its row is not erased to its end, which
 * would take its last character.
 */
export function frame(before: Drawn | null, { lines, columns, rows }: Drawn): string {
  const anew = before === null || before.columns !== columns || before.rows !== rows;
  const known = anew ? [] : before.lines;
  const count = Math.max(lines.length, known.length);
  const changed = Array.from({ length: count }, (_, index) => {
    const line = lines[index] ?? "";
    if (line === (known[index] ?? "")) return "";
    return `${at(index + 1)}${line}${widthOf(line) < columns ? toLineEnd : ""}`;
  });
  return `${anew ? wholeScreen : ""}${changed.join("")}`;
}
