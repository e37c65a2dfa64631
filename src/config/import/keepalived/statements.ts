/**
 * keepalived's lines as a tree of statements. A brace belongs to the statement before it, whatever
 * line it stands on; braces of unknown blocks are balanced, which keepalived does not do.
 */
import type { Findings } from "../imported.ts";
import type { Origin } from "../outline.ts";
import type { ExpandedLine } from "./expand.ts";

export interface Statement {
  readonly keyword: string;
  /** The words behind the keyword, quotes taken away. */
  readonly words: readonly string[];
  /** What stands behind the keyword, as written: for scripts, which are quoted like a shell's. */
  readonly rest: string;
  readonly origin: Origin;
  /** Null: it opens no block. */
  readonly block: readonly Statement[] | null;
}

const depthMax = 32;

interface Open {
  readonly statement: Statement | null;
  readonly inside: Statement[];
}

export function statementsOf(
  lines: readonly ExpandedLine[],
  findings: Findings,
): readonly Statement[] {
  const root: Open = { statement: null, inside: [] };
  const open: Open[] = [root];
  for (const { text, origin } of lines) {
    if ((text.match(/"/g)?.length ?? 0) % 2 === 1)
      findings.add("suspicious", origin, text.trim().slice(0, 40), "a quote that is never closed");
    for (const part of partsOf(text)) {
      const current = open.at(-1) ?? root;
      if (part === "{") {
        const last = current.inside.at(-1);
        if (last === undefined || last.block !== null || open.length >= depthMax) {
          findings.add("suspicious", origin, "{", "opens no block: keepalived ignores it");
          continue;
        }
        const inside: Statement[] = [];
        current.inside[current.inside.length - 1] = { ...last, block: inside };
        open.push({ statement: last, inside });
      } else if (part === "}") {
        if (open.length > 1) open.pop();
        else findings.add("suspicious", origin, "}", "closes no block: one too many");
      } else {
        const statement = statementOf(part, origin);
        if (statement !== null) current.inside.push(statement);
      }
    }
  }
  const unclosed = open.at(-1)?.statement;
  if (open.length > 1 && unclosed)
    findings.add("suspicious", unclosed.origin, unclosed.keyword, "its block is never closed");
  return root.inside;
}

/** A line cut at its braces outside double quotes. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let isQuoted = false;
  let part = "";
  for (const letter of text) {
    if (letter === '"') isQuoted = !isQuoted;
    if (!isQuoted && (letter === "{" || letter === "}")) {
      parts.push(part, letter);
      part = "";
    } else part += letter;
  }
  parts.push(part);
  return parts.map((one) => one.trim()).filter((one) => one !== "");
}

function statementOf(text: string, origin: Origin): Statement | null {
  const words = wordsOf(text);
  const [keyword, ...rest] = words;
  if (keyword === undefined) return null;
  return {
    keyword,
    words: rest,
    rest: text.slice(text.indexOf(keyword) + keyword.length).trim(),
    origin,
    block: null,
  };
}

/** Words apart at blanks; `"..."` is one word, and what is glued behind it is another. */
export function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"?|([^\s"]+)/g)].map((match) => match[1] ?? match[2] ?? "");
}

/** The words of a script, quoted like a shell's, without `user GROUP` behind it. */
export function scriptOf(rest: string): readonly string[] {
  const outer = shellWords(rest);
  const [first = ""] = outer;
  return /\s/.test(first) ? shellWords(first) : [first];
}

function shellWords(text: string): readonly string[] {
  const pattern = /"((?:\\.|[^"\\])*)"?|'([^']*)'?|((?:\\.|[^\s"'\\])+)/g;
  return [...text.matchAll(pattern)].map((match) =>
    (match[1] ?? match[2] ?? match[3] ?? "").replaceAll(/\\(.)/g, "$1"),
  );
}

/** The last statement of a keyword: a second value replaces the first. */
export const lastOf = (
  block: readonly Statement[],
  ...keywords: readonly string[]
): Statement | undefined => block.findLast(({ keyword }) => keywords.includes(keyword));

export const allOf = (
  block: readonly Statement[],
  ...keywords: readonly string[]
): readonly Statement[] => block.filter(({ keyword }) => keywords.includes(keyword));
