import assert from "node:assert/strict";
import { test } from "node:test";
import { declaredEntries } from "../../src/keys/declared-entries.ts";
import { optional, section } from "../../src/keys/section.ts";
import { list, named, text } from "../../src/keys/shape.ts";
import { valueIn } from "./read.ts";

const word = text({ what: "a word", max: 9 });
const inner = section({ file: optional(word, "none", "A file.", { names: "file" }) });
const whole = section({
  name: optional(word, "none", "A name."),
  servers: optional(named("server", 9, inner), "none", "Servers."),
  checks: optional(
    list(inner, { what: "a list of checks", max: 9, single: true }),
    "none",
    "Checks.",
  ),
});

const paths = (written: string): readonly string[] =>
  [...declaredEntries(whole.inside, valueIn(written))].map(
    ({ path, key }) => `${path.join(".")}${key.names === undefined ? "" : ` (${key.names})`}`,
  );

test("each declared key is found where it stands, outer ones first", () => {
  assert.deepEqual(paths("name: x\nservers: { a: { file: f }, b: {} }\n"), [
    "name",
    "servers",
    "servers.a.file (file)",
  ]);
});

test("where several may be given, one alone is described as each of them", () => {
  assert.deepEqual(paths("checks: [{ file: f }, { file: g }]\n"), [
    "checks",
    "checks.file (file)",
    "checks.file (file)",
  ]);
  assert.deepEqual(paths("checks: { file: f }\n"), ["checks", "checks.file (file)"]);
});

test("what is not declared is passed over, also a name of every object", () => {
  assert.deepEqual(paths("nonsense: { file: f }\ntoString: 1\n"), []);
  assert.deepEqual(paths("[1, 2]"), []);
});
