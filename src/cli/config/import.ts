/**
 * `lvsd import`: another system's files as a commented lvsd.yaml, and a report of what is
 * different. The configuration goes to stdout or a file, the report to stderr.
 */
import { isUtf8 } from "node:buffer";
import { type ImportedText, importFiles } from "../../config/import/import.ts";
import {
  type Finding,
  findingKinds,
  foreignBytesMax,
  type ImporterName,
  type ImportOptions,
} from "../../config/import/imported.ts";
import { readConfig } from "../../config/read-config.ts";
import { type Problem, printProblem } from "../../keys/problem.ts";
import { MachineError } from "../../model/error.ts";
import { printable } from "../../model/printable.ts";
import { readBounded } from "../../system/file/files.ts";
import { readFailure } from "../../system/file/read-failure.ts";
import { complain, type ExitStatus, exit, type ReportOptions } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";
import { createFile } from "./new-file.ts";

export interface ImportCommand extends ReportOptions {
  readonly files: readonly string[];
  /** Null: recognised by the content. */
  readonly from: ImporterName | null;
  /** Null: stdout. */
  readonly output: string | null;
  readonly force: boolean;
  /** Anything left out or suspicious writes nothing. */
  readonly strict: boolean;
  readonly options: ImportOptions;
}

/** Throws a MachineError where the result cannot be written. */
export async function importConfig(
  command: ImportCommand,
  terminal: Terminal,
): Promise<ExitStatus> {
  const read = command.files.map(readFile);
  const unread = read.filter((file) => "problem" in file);
  if (unread.length > 0) {
    complain(
      terminal,
      unread.map(({ problem }) => problem),
      command.json,
    );
    return unread.every(({ isTooLarge }) => isTooLarge) ? exit.refused : exit.invalid;
  }
  const files = read.filter((file) => "text" in file);
  const imported = importFiles(files, command.from, command.options);
  if ("problems" in imported) {
    complain(terminal, imported.problems, command.json);
    return exit.refused;
  }
  const isWhole = imported.findings.every(({ kind }) => kind === "carried" || kind === "changed");
  const left = toBeFilledIn(imported);
  const status = isWhole ? exit.done : exit.imported;
  const isWritten = isWhole || !command.strict;
  if (command.json) {
    const { from, text, findings } = imported;
    terminal.out(`${JSON.stringify({ ok: true, from, yaml: text, findings, problems: left })}\n`);
    if (command.output !== null && isWritten) write(command, imported);
    return status;
  }
  terminal.error(report(imported, left));
  if (!isWritten) terminal.error("lvsd: --strict: nothing is written\n");
  else if (command.output === null) terminal.out(imported.text);
  else {
    write(command, imported);
    terminal.error(`${command.output} written; next: lvsd check -c ${command.output}\n`);
  }
  return status;
}

const write = ({ output, force }: ImportCommand, { text }: ImportedText): void => {
  if (output !== null) createFile({ path: output, text, force, readers: "operators" });
};

type Read = { readonly name: string; readonly text: string };
type Unread = { readonly problem: Problem; readonly isTooLarge: boolean };

function readFile(name: string): Read | Unread {
  const problem = { file: name, line: null, column: null, hint: null };
  try {
    const bytes = readBounded(name === "-" ? "/dev/stdin" : name, foreignBytesMax);
    if (bytes === null)
      return { problem: { ...problem, message: "there is no such file" }, isTooLarge: false };
    // Such files are older than UTF-8, and what is no ASCII in them is mostly a comment.
    return { name, text: bytes.toString(isUtf8(bytes) ? "utf8" : "latin1") };
  } catch (thrown) {
    const isTooLarge = thrown instanceof MachineError && thrown.cause === undefined;
    const message = isTooLarge ? "larger than 4 MiB" : readFailure(thrown);
    const hint = isTooLarge ? "is it the right file?" : null;
    return { problem: { ...problem, message, hint }, isTooLarge };
  }
}

/** What `lvsd check` says of the result: places that only the operator can fill in. */
function toBeFilledIn({ text }: ImportedText): readonly Problem[] {
  const result = readConfig("/lvsd.yaml", {
    read: () => ({ text }),
    glob: () => [],
  });
  if (!("problems" in result)) return [];
  return result.problems.map((problem) => ({ ...problem, file: "lvsd.yaml" }));
}

const headings = {
  carried: "carried over, though they look as if they were not",
  changed: "changed",
  "left-out": "left out",
  suspicious: "suspicious: probably never meant",
} as const satisfies Readonly<Record<Finding["kind"], string>>;

function report({ from, findings }: ImportedText, left: readonly Problem[]): string {
  const lines = [`read as ${from}`];
  for (const kind of findingKinds) {
    const some = findings.filter((finding) => finding.kind === kind);
    if (some.length === 0) continue;
    lines.push("", `${headings[kind]}:`);
    for (const { origin, subject, text } of some) {
      const place = origin === null ? "" : `${origin.file}:${origin.line}: `;
      lines.push(`  ${printable(`${place}${subject}: ${text}`)}`);
    }
  }
  if (left.length > 0) {
    lines.push("", "to be filled in:");
    for (const problem of left) lines.push(`  ${printProblem(printable(problem))}`);
  }
  return `${lines.join("\n")}\n`;
}
