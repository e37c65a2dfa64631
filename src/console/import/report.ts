/** What an import came to: each finding below the line of the old file that it is about. */
import type { Finding, FindingKind, ForeignFile } from "../../config/import/imported.ts";
import type { Problem } from "../../keys/problem.ts";
import { clipped, printable } from "../../model/printable.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Say } from "../messages/messages.ts";
import { badge } from "../monitor/badge.ts";

/** One thing to say of a line. */
interface Note {
  readonly file: string | null;
  readonly line: number | null;
  readonly kind: FindingKind | "unreadable";
  readonly text: string;
}

const looks: Readonly<Record<Note["kind"], "good" | "warn" | "bad">> = {
  carried: "good",
  changed: "warn",
  "left-out": "bad",
  suspicious: "bad",
  unreadable: "bad",
};

/** Lines around one that something is said of. */
const around = 2;
/** Characters of a line: what follows says nothing more. */
const lineMax = 400;
/** Lines of all files together: of a larger report the rest is left out, and counted. */
const linesMax = 4000;

export const notesOf = (findings: readonly Finding[]): readonly Note[] =>
  findings.map(({ origin, kind, subject, text }) => ({
    file: origin?.file ?? null,
    line: origin?.line ?? null,
    kind,
    text: `${subject}: ${text}`,
  }));

export const notesOfProblems = (problems: readonly Problem[]): readonly Note[] =>
  problems.map(({ file, line, message, hint }) => ({
    file,
    line,
    kind: "unreadable",
    text: hint === null ? message : `${message} (${hint})`,
  }));

export function importReport(
  say: Say,
  files: readonly ForeignFile[],
  notes: readonly Note[],
): Html {
  const isPlaced = ({ file, line }: Note): boolean =>
    line !== null && files.some(({ name }) => name === file);
  const elsewhere = notes.filter((note) => !isPlaced(note));
  let room = linesMax;
  const shown = files.map((file) => {
    const own = notes.filter((note) => isPlaced(note) && note.file === file.name);
    const lines = linesOf(file, own).slice(0, Math.max(0, room));
    room -= lines.length;
    return fileReport(say, file, lines, own);
  });
  const counted = Object.keys(looks).flatMap((kind) => {
    const count = notes.filter((note) => note.kind === kind).length;
    return count === 0 ? [] : [html`<li>${kindBadge(say, kind as Note["kind"])} ${count}</li>`];
  });
  return html`${counted.length === 0 ? html`<p class="notice done">${say("import.whole")}</p>` : html`<ul class="counts">${counted}</ul>`}
${elsewhere.length === 0 ? nothing : html`<ul>${elsewhere.map((note) => html`<li>${noteOf(say, note)}</li>`)}</ul>`}
${shown}`;
}

const kindBadge = (say: Say, kind: Note["kind"]): Html => badge(looks[kind], say(`import.${kind}`));

const noteOf = (say: Say, { file, kind, text }: Note): Html =>
  html`${kindBadge(say, kind)} <span lang="en">${file === null ? "" : `${printable(file)}: `}${printable(text)}</span>`;

interface Line {
  readonly number: number;
  readonly text: string;
  readonly notes: readonly Note[];
  /** Lines were left out before it. */
  readonly gap: boolean;
}

/** The lines that something is said of, with those around them. */
function linesOf({ text }: ForeignFile, notes: readonly Note[]): readonly Line[] {
  const all = text.split("\n");
  const byLine = Map.groupBy(notes, ({ line }) => line ?? 0);
  const wanted = new Set(
    [...byLine.keys()].flatMap((line) =>
      Array.from({ length: 2 * around + 1 }, (_, at) => line - around + at),
    ),
  );
  const numbers = [...wanted].filter((at) => at >= 1 && at <= all.length).sort((a, b) => a - b);
  return numbers.map((number, at) => ({
    number,
    text: all[number - 1] ?? "",
    notes: byLine.get(number) ?? [],
    gap: number !== (numbers[at - 1] ?? 0) + 1,
  }));
}

function fileReport(
  say: Say,
  { name }: ForeignFile,
  lines: readonly Line[],
  notes: readonly Note[],
): Html {
  const heading = html`<h3 lang="en">${printable(name)}</h3>`;
  if (lines.length === 0)
    return html`${heading}<p class="quiet">${say(notes.length === 0 ? "import.nothing" : "import.more")}</p>`;
  const rows = lines.map(
    ({
      number,
      text,
      notes: own,
      gap,
    }) => html`${gap ? html`<tr><td class="number">…</td><td></td></tr>` : nothing}
<tr><th scope="row" class="number">${number}</th><td><code>${printable(clipped(text.replaceAll("\t", "    "), lineMax))}</code>${own.map(
      (note) => html`<p class="note">${noteOf(say, { ...note, file: null })}</p>`,
    )}</td></tr>
`,
  );
  return html`${heading}<div class="scroll" tabindex="0" role="group" aria-label="${name}"><table class="source">
<thead><tr><th scope="col" class="number">${say("import.line")}</th><th scope="col">${say("import.said")}</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
