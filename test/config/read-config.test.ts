import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, readText, refused, soundText } from "./texts.ts";

/** One line of the sound text replaced, and what is said of it: place, message, hint. */
const refusals: readonly (readonly [
  name: string,
  from: string,
  to: string,
  line: number,
  column: number,
  message: string,
])[] = [
  [
    "dead_after below two intervals",
    "dead_after: 1s",
    "dead_after: 300ms",
    7,
    15,
    "heartbeat.dead_after: 300ms is less than 2 x interval (250ms); use at least 500ms",
  ],
];

for (const [name, from, to, line, column, message] of refusals) {
  test(`refused with its place: ${name}`, () => {
    accepted(readText(soundText));
    assert.ok(soundText.includes(from), from);
    const [problem, ...others] = refused(readText(soundText.replace(from, to)));
    assert.deepEqual(others, []);
    assert.deepEqual(
      { line: problem?.line, column: problem?.column, message: problem?.message },
      { line, column, message },
    );
    assert.ok(problem?.hint);
  });
}
