import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { checksDoc } from "../../build/checks-doc.ts";
import { configurationDoc } from "../../build/configuration-doc.ts";
import { controlDoc } from "../../build/control-doc.ts";
import { eventsDoc } from "../../build/events-doc.ts";
import { jsonSchema, printSchema } from "../../build/json-schema.ts";
import { starter } from "../../src/advice/starter.ts";
import { checkTypeNames } from "../../src/check/check-types.ts";
import { keysOf } from "../../src/config/schema/check.ts";
import { failoverServiceKeys } from "../../src/config/schema/failover-service.ts";
import { rootKeys } from "../../src/config/schema/root.ts";
import { realServerKeys, virtualServerKeys } from "../../src/config/schema/virtual-server.ts";
import {
  allParts,
  groupsIn,
  leavesIn,
  type Part,
  rowParts,
} from "../../src/console/forms/field.ts";
import { fieldMessages } from "../../src/console/messages/fields.ts";
import { accepted, readText, refused, soundText } from "./texts.ts";

const committed = (path: string): string =>
  readFileSync(join(import.meta.dirname, "../..", path), "utf8");

test("docs/configuration.md is what `make docs` prints", () => {
  assert.equal(committed("docs/configuration.md"), configurationDoc());
});

test("docs/control.md is what `make docs` prints", () => {
  assert.equal(committed("docs/control.md"), controlDoc());
});

test("docs/events.md is what `make docs` prints", () => {
  assert.equal(committed("docs/events.md"), eventsDoc());
});

test("docs/checks.md is what `make docs` prints", () => {
  assert.equal(committed("docs/checks.md"), checksDoc());
});

test("lvsd.schema.json is what `make docs` prints", () => {
  assert.equal(committed("lvsd.schema.json"), printSchema());
});

type Json = { readonly [key: string]: unknown };

/** As much of JSON schema as lvsd.schema.json uses; a word that is missing here fails the test. */
function conforms(value: unknown, schema: Json): boolean {
  return Object.entries(schema).every(([word, rule]) => {
    const members = Object.entries(isMap(value) ? value : {});
    switch (word) {
      case "$ref":
        return conforms(value, definitionOf(String(rule)));
      case "type":
        return [rule].flat().some((type) => isOfType(value, String(type)));
      case "enum":
        return (rule as unknown[]).some((one) => JSON.stringify(one) === JSON.stringify(value));
      case "const":
        return rule === value;
      case "anyOf":
        return (rule as Json[]).some((one) => conforms(value, one));
      case "properties":
        return members.every(([key, inner]) => {
          const known = (rule as Record<string, Json>)[key];
          return known === undefined || conforms(inner, known);
        });
      case "additionalProperties":
        return members.every(([key, inner]) => {
          if (isMap(schema.properties) && key in schema.properties) return true;
          return rule !== false && conforms(inner, rule as Json);
        });
      case "propertyNames":
        return members.every(([key]) => conforms(key, rule as Json));
      case "required":
        return isMap(value) && (rule as string[]).every((key) => key in value);
      case "items":
        return !Array.isArray(value) || value.every((item) => conforms(item, rule as Json));
      case "minItems":
        return !Array.isArray(value) || value.length >= Number(rule);
      case "maxItems":
        return !Array.isArray(value) || value.length <= Number(rule);
      case "minimum":
        return typeof value !== "number" || value >= Number(rule);
      case "maximum":
        return typeof value !== "number" || value <= Number(rule);
      case "maxLength":
        return typeof value !== "string" || value.length <= Number(rule);
      case "pattern":
        return typeof value !== "string" || new RegExp(String(rule)).test(value);
      case "$schema":
      case "title":
      case "description":
      case "default":
      case "definitions":
        return true;
      default:
        return assert.fail(`the schema says ${word}, which this test does not know`);
    }
  });
}

const isMap = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isOfType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isMap(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function definitionOf(reference: string): Json {
  const { definitions } = jsonSchema();
  assert.ok(isMap(definitions));
  const found = definitions[reference.replace("#/definitions/", "")];
  assert.ok(isMap(found), reference);
  return found;
}

test("the schema takes what the reader takes", () => {
  for (const text of [soundText, starter()]) {
    accepted(readText(text));
    assert.ok(conforms(parse(text), jsonSchema()));
  }
});

const mistakes: readonly (readonly [name: string, from: string, to: string])[] = [
  ["an unknown key", "serial: 3", "serail: 3"],
  ["an unknown key of a real server", "weight: 1 ", "wieght: 1 "],
  ["an unknown scheduler", "wlc", "wcl"],
  ["a port that does not exist", "port: 80", "port: 65536"],
  ["a weight that is too large", "weight: 1 ", "weight: 65536 "],
  ["a text where a map belongs", "guard: { remove_percent: 50 }", "guard: 50%"],
  ["a name with a blank", "  dns:\n", "  d n s:\n"],
  [
    "no routers",
    soundText.slice(soundText.indexOf("routers:"), soundText.indexOf("heartbeat:")),
    "",
  ],
  ["a duration without a meaning", "start_delay: 3s", "start_delay: soon"],
  ["an id too large", "serial: 3", "serial: 3\nconnection_sync: { device: eth1, id: 256 }"],
];

for (const [name, from, to] of mistakes) {
  test(`schema and reader both refuse ${name}`, () => {
    assert.ok(soundText.includes(from), from);
    const text = soundText.replace(from, to);
    refused(readText(text));
    assert.equal(conforms(parse(text), jsonSchema()), false);
  });
}

test("etc/lvsd.yaml.example is sound and conforms to the schema", () => {
  const text = committed("etc/lvsd.yaml.example");
  accepted(readText(text));
  assert.ok(conforms(parse(text), jsonSchema()));
});

/** Every field that a panel of forms shows, by its set of labels. */
const shownParts: readonly (readonly [string, readonly Part[]])[] = [
  ["global", allParts(rootKeys, ["serial", "virtual_servers", "defaults"])],
  ["virtual", allParts(virtualServerKeys, ["check", "real_servers"])],
  ["real", allParts(realServerKeys, ["check"])],
  ["service", allParts(failoverServiceKeys, ["check"])],
  ...checkTypeNames
    .filter((type) => type !== "none")
    .map((type) => ["check", allParts(keysOf(type), ["type", "any"])] as const),
];

test("every key that the console's forms show has its label in console/messages/fields.ts", () => {
  const needed = new Set<string>();
  for (const [area, parts] of shownParts)
    for (const part of [...leavesIn(parts), ...groupsIn(parts)])
      for (const { name } of part.kind === "rows" ? [part, ...rowParts(part, 0)] : [part])
        needed.add(`field.${area}.${name.replace(".0.", ".")}`);
  // Sections that are only a heading in the schema.
  const unseen = [
    "routers",
    "heartbeat",
    "failover",
    "failover.announce",
    "guard",
    "checks",
    "notify",
    "console",
  ].map((name) => `field.global.${name}`);
  const known = Object.keys(fieldMessages);
  const without = [...needed].filter((key) => !known.includes(key) && !unseen.includes(key));
  assert.deepEqual(without, [], "keys without a label");
  const left = known.filter((key) => !needed.has(key));
  assert.deepEqual(left, [], "labels without a key");
});
