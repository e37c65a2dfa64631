/**
 * Collects problems while a configuration is judged, so that the operator sees all of them at once.
 * Bounded: a file that is wrong from end to end must not become a report of its own size.
 */
import type { Place } from "./place.ts";
import { BoundedProblems, furtherProblems, type Problem, shortened } from "./problem.ts";

/** A position in a text; its line is only worked out when somebody asks for it. */
export interface Spot {
  readonly source: {
    readonly file: string;
    /** Line and column of an offset in the text, both from 1. */
    placeOf(offset: number): { readonly line: number; readonly column: number };
  };
  readonly offset: number;
}

export class Complaints {
  readonly #taken = new BoundedProblems();
  /** By place and message: one wrong default is one problem, however many servers inherit it. */
  readonly #known = new Set<string>();
  /** What works and was probably not meant; it stops nothing. */
  readonly #warned = new BoundedProblems();

  /** Adds a warning at a spot: the configuration is sound, and this was probably not meant. */
  warn(spot: Spot, message: string, hint: string | null): void {
    if (this.#warned.full) {
      this.#warned.leaveOut();
      return;
    }
    const { line, column } = spot.source.placeOf(spot.offset);
    const warning = { file: spot.source.file, line, column, message, hint };
    const key = `warning ${warning.file}:${line}:${column}:${message.slice(0, 500)}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#warned.add(warning);
  }

  /** Adds a problem at a spot. */
  at(spot: Spot, message: string, hint: string | null): void {
    // Half a million problems that are not shown are to cost no more than their count.
    if (this.#taken.full) {
      this.#taken.leaveOut();
      return;
    }
    const { line, column } = spot.source.placeOf(spot.offset);
    this.add({ file: spot.source.file, line, column, message, hint });
  }

  add(problem: Problem): void {
    const { file, line, column, message } = shortened(problem);
    const key = `${file}:${line}:${column}:${message}`;
    if (this.#known.has(key)) return;
    if (!this.#taken.full) this.#known.add(key);
    this.#taken.add(problem);
  }

  /** Further problems are counted and no more: a hint for them need not be looked for. */
  get full(): boolean {
    return this.#taken.full;
  }

  get found(): boolean {
    return this.#taken.problems.length > 0 || this.#taken.leftOut > 0;
  }

  /** All problems, the first file first, each file from top to bottom. */
  inOrder(files: readonly string[]): Problem[] {
    return ordered(this.#taken, files);
  }

  /** All warnings, in the same order. */
  warnings(files: readonly string[]): Problem[] {
    return ordered(this.#warned, files);
  }
}

function ordered({ problems, leftOut }: BoundedProblems, files: readonly string[]): Problem[] {
  const rank = (problem: Problem): number => files.indexOf(problem.file ?? "");
  const sorted = [...problems].sort(
    (a, b) =>
      rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  return leftOut === 0 ? sorted : [...sorted, furtherProblems(leftOut, files[0] ?? null)];
}

/** The place of a spot, in the form that outlives the reading. */
export const placeOf = (spot: Spot, key: string): Place => ({
  file: spot.source.file,
  ...spot.source.placeOf(spot.offset),
  key,
});
