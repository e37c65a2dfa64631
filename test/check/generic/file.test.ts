import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, settled } from "../settled.ts";

test("a file is next to the configuration, and its number is a status", () => {
  assert.deepEqual(settled("type: file, file: health"), {
    type: "file",
    file: "/etc/lvsd/health",
    number: "status",
    expect: null,
    regex: false,
  });
});

test("a number is a weight, or a text is looked for", () => {
  assert.deepEqual(settled("type: file, file: /run/w, number: weight"), {
    type: "file",
    file: "/run/w",
    number: "weight",
    expect: null,
    regex: false,
  });
  assert.deepEqual(settled("type: file, file: /run/w, expect: up"), {
    type: "file",
    file: "/run/w",
    number: "status",
    expect: "up",
    regex: false,
  });
});

const refusals: readonly [keys: string, why: RegExp][] = [
  ["number: weight", /file is missing/],
  ["file: f, number: weight, expect: x", /`expect` reads no number/],
  ["file: f, expect: '(', regex: true", /expect/],
  ["file: f, number: load", /unknown meaning "load"/],
];
for (const [keys, why] of refusals)
  test(`a file with ${keys} is refused`, () => assert.match(refusal(`type: file, ${keys}`), why));
