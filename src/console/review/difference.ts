/** The difference of two texts, line by line, as a page shows it. */
import { structuredPatch } from "diff";
import { type Html, html } from "../html.ts";
import type { Say } from "../messages/messages.ts";

/** Lines around a change, as `diff -u` shows them. */
const around = 3;
/** Edits that are searched for: the time grows with them. */
const editsMax = 2000;
/** Lines that are shown; people read fewer. */
const linesMax = 4000;

const kinds: Readonly<Record<string, string>> = { "+": "new", "-": "gone", "@": "place" };

/** Both with a line break at the end, or there would be a difference in that. */
const ended = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

/** Unified lines, `@@`, `-`, `+` and blank in front; null: too many to be compared. */
export function unified(before: string, after: string): readonly string[] | null {
  const options = { context: around, maxEditLength: editsMax };
  const patch = structuredPatch("", "", ended(before), ended(after), "", "", options);
  if (patch === undefined) return null;
  return patch.hunks.flatMap(({ oldStart, newStart, lines }) => [
    `@@ -${oldStart} +${newStart} @@`,
    ...lines,
  ]);
}

export function differencePart(
  say: Say,
  { before, after, label }: { before: string; after: string; label: string },
): Html {
  const lines = unified(before, after);
  if (lines === null) return html`<p>${say("review.too-different")}</p>`;
  if (lines.length === 0) return html`<p>${say("review.same")}</p>`;
  const shown = lines.slice(0, linesMax).map((line) => {
    const kind = kinds[line[0] ?? ""];
    return kind === undefined ? html`${line}\n` : html`<span class="${kind}">${line}\n</span>`;
  });
  const more = lines.length - linesMax;
  return html`<pre class="difference" tabindex="0" role="region" aria-label="${label}">${shown}</pre>
${more > 0 ? html`<p>${say("review.more-lines", { count: more })}</p>` : null}`;
}
