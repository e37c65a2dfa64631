import assert from "node:assert/strict";
import { test } from "node:test";
import { eventLine } from "../../../src/cli/report/events.ts";
import { colored } from "../../../src/cli/report/paint.ts";
import { sampleEvents } from "../../control/sample.ts";

test("the severity has its colour", () => {
  const [, warning = assert.fail()] = sampleEvents;
  assert.ok(eventLine(warning, colored).includes("\u001b[33mwarn \u001b[39m"));
});
