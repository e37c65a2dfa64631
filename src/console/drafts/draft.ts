/**
 * A draft: changes of the configuration that are collected and not stored yet. It is made on a
 * configuration that was loaded, and it is stored only while that one still is, or after it was
 * merged with the one that took its place.
 *
 * Pure, but for the library that compares lines: texts in, texts out.
 */
import { applyPatch, structuredPatch } from "diff";
import type { Edit } from "../../config/editing/edit.ts";
import { type Conflict, meanSame, merge } from "../../config/editing/merge.ts";
import { withEdits } from "../../config/editing/with-edits.ts";
import type { ConfigReport } from "../../control/api.ts";

export interface Draft {
  /** What it is made on. */
  readonly base: ConfigReport;
  readonly text: string;
  /** When it was begun, ms since 1970. */
  readonly begun: number;
}

export const isChanged = ({ base, text }: Draft): boolean => base.text !== text;

/** The draft with these edits, or why it cannot be edited so. */
export function edited(
  draft: Draft,
  edits: readonly Edit[],
): { readonly draft: Draft } | { readonly refused: string } {
  const result = withEdits(draft.text, edits);
  return "refused" in result ? result : { draft: { ...draft, text: result.text } };
}

export type Rebased =
  /** `moved`: it is made on a later configuration now. */
  | { readonly kind: "fits"; readonly draft: Draft; readonly moved: boolean }
  | { readonly kind: "conflict"; readonly conflicts: readonly Conflict[] }
  | { readonly kind: "impossible"; readonly why: string };

/**
 * The draft on top of what is loaded now. `yielding`: where both changed the same key, what is
 * loaded stays.
 */
export function rebased(draft: Draft, loaded: Draft["base"], yielding = false): Rebased {
  if (draft.base.hash === loaded.hash) return { kind: "fits", draft, moved: false };
  if (!isChanged(draft))
    return { kind: "fits", draft: { ...draft, base: loaded, text: loaded.text }, moved: true };
  const texts = { base: draft.base.text, mine: draft.text, theirs: loaded.text };
  const merged = merge(texts, yielding);
  if (merged.kind !== "merged") return merged;
  // Line by line comments survive as well: taken where it means the same.
  const lines = patched(texts);
  const text = lines !== null && meanSame(lines, merged.text) ? lines : merged.text;
  return { kind: "fits", draft: { ...draft, base: loaded, text }, moved: true };
}

/** Comparing lines ends here: larger differences are merged by their keys alone. */
const editsMax = 2000;

function patched(texts: { base: string; mine: string; theirs: string }): string | null {
  const patch = structuredPatch("", "", texts.base, texts.mine, "", "", {
    context: 3,
    maxEditLength: editsMax,
  });
  const text = patch === undefined ? false : applyPatch(texts.theirs, patch);
  return text === false ? null : text;
}
