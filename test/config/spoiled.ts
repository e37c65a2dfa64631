/** The sound text with one piece replaced, and the one line that people then read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { printProblem } from "../../src/keys/problem.ts";
import { readText, refused, soundText } from "./texts.ts";

/** A piece of the sound text, what takes its place, and the line that people then read. */
export type Refusal = readonly [name: string, from: string, to: string, printed: string];

export const where = (line: number, column: number) => `/etc/lvsd/lvsd.yaml:${line}:${column}: `;

/** A test for each: it is refused with this one line. */
export function refuses(refusals: readonly Refusal[]): void {
  for (const [name, from, to, printed] of refusals)
    test(`refused with its place and a hint: ${name}`, () => {
      assert.ok(soundText.includes(from), from);
      const problems = refused(readText(soundText.replace(from, to)));
      assert.deepEqual(problems.map(printProblem), [printed]);
    });
}
