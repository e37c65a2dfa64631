/**
 * Collects problems while a configuration is judged, so that the operator sees all of them at once.
 * Bounded: a file that is wrong from end to end must not become a report of its own size.
 */
import type { Place } from "./place.ts";
import type { Problem } from "./problem.ts";

/** A position in a text; its line is only worked out when somebody asks for it. */
export interface Spot {
  readonly source: {
    readonly file: string;
    /** Line and column of an offset in the text, both from 1. */
    placeOf(offset: number): { readonly line: number; readonly column: number };
  };
  readonly offset: number;
}

/** More than an operator mends in one go; what is left over is counted. */
export const problemsMax = 100;

export class Complaints {
  /** By place and message: one wrong default is one problem, however many servers inherit it. */
  readonly #problems = new Map<string, Problem>();
  #leftOut = 0;

  /** Adds a problem at a spot. */
  at(spot: Spot, message: string, hint: string | null): void {
    const { line, column } = spot.source.placeOf(spot.offset);
    this.add({ file: spot.source.file, line, column, message, hint });
  }

  add(problem: Problem): void {
    const key = `${problem.file}:${problem.line}:${problem.column}:${problem.message}`;
    if (this.#problems.has(key)) return;
    if (this.#problems.size >= problemsMax) this.#leftOut += 1;
    else this.#problems.set(key, problem);
  }

  get found(): boolean {
    return this.#problems.size > 0;
  }

  /** All problems, the first file first, each file from top to bottom. */
  inOrder(files: readonly string[]): Problem[] {
    const rank = (problem: Problem): number => files.indexOf(problem.file ?? "");
    const sorted = [...this.#problems.values()].sort(
      (a, b) =>
        rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    if (this.#leftOut === 0) return sorted;
    const message = `${this.#leftOut} further problems are not listed`;
    const file = files[0] ?? null;
    return [...sorted, { file, line: null, column: null, message, hint: "mend these first" }];
  }
}

/** The place of a spot, in the form that outlives the reading. */
export const placeOf = (spot: Spot, key: string): Place => ({
  file: spot.source.file,
  ...spot.source.placeOf(spot.offset),
  key,
});
