/** The difference of two texts line by line, as people read it: `-` gone, `+` new, lines around. */
import { structuredPatch } from "diff";

/** As `diff -u`. */
const around = 3;

/** Edits that are searched for: the time grows with them. Beyond, the whole text is replaced. */
const editsMax = 500;

/** Unified hunks without file names; empty for equal texts. */
export function lineDiff(before: string, after: string): readonly string[] {
  const old = ended(before);
  const now = ended(after);
  const options = { context: around, maxEditLength: editsMax };
  const patch = structuredPatch("", "", old, now, "", "", options);
  if (patch === undefined) return ["@@ -1 +1 @@", ...signed("-", before), ...signed("+", after)];
  return patch.hunks.flatMap(({ oldStart, newStart, lines }) => [
    `@@ -${oldStart} +${newStart} @@`,
    ...lines,
  ]);
}

/** The last line of a text ends as the others do, or a newline there would be a difference. */
const ended = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

const signed = (sign: string, text: string): readonly string[] =>
  ended(text)
    .split("\n")
    .slice(0, -1)
    .map((line) => `${sign}${line}`);
