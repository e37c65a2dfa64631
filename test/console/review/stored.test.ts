/** What came of a saving, in one line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sayIn } from "../../../src/console/messages/messages.ts";
import { storedText } from "../../../src/console/review/stored.ts";
import { sampleSave } from "../../control/sample.ts";

const say = sayIn("en");

test("what was stored, where, and that Piranha's lvs.cf has become YAML", () => {
  const stored = "Serial 8 is stored and loaded on both routers.";
  assert.equal(storedText(say, sampleSave), stored);
  const converted = { ...sampleSave, converted: true };
  assert.equal(
    storedText(say, converted),
    `${stored} Piranha's lvs.cf is written as YAML in its place.`,
  );
});
