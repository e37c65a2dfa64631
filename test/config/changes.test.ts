import assert from "node:assert/strict";
import { test } from "node:test";
import { changedKeys } from "../../src/config/changes.ts";
import { optional, preset, section } from "../../src/keys/section.ts";
import { duration, text, whole } from "../../src/keys/shape.ts";

const keys = {
  port: preset(whole(1, 9), 1, "A port."),
  dead_after: preset(duration({}), "1s", "Silence."),
  tls: optional(
    section({ ca: optional(text({ what: "a", max: 9 }), "none", "A file.") }),
    "no",
    "TLS.",
  ),
  table: preset(whole(0, 9), 1, "Shown elsewhere.", { plan: "table" }),
};
const before = { port: 1, deadAfter: 1000, tls: null, table: 1 };
const said = (next: object, path = "") => [
  ...changedKeys(keys, before, { ...before, ...next }, path, ({ plan }) => plan === undefined),
];

test("each key that differs is named with both values, as they are written", () => {
  assert.deepEqual(said({}), []);
  assert.deepEqual(said({ port: 2, deadAfter: 2500 }, "web"), [
    "web.port: 1 -> 2",
    "web.dead_after: 1s -> 2500ms",
  ]);
});

test("a section is said in short where it comes or goes, and key by key where it changes", () => {
  assert.deepEqual(said({ tls: { ca: "a.pem" } }), ["tls: none -> ca a.pem"]);
  const changed = changedKeys(
    keys,
    { ...before, tls: { ca: "a.pem" } },
    { ...before, tls: { ca: null } },
    "",
    () => true,
  );
  assert.deepEqual([...changed], ["tls.ca: a.pem -> none"]);
});

test("a key that is said elsewhere is left out", () => {
  assert.deepEqual(said({ table: 2 }), []);
});
