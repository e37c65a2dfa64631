import assert from "node:assert/strict";
import { test } from "node:test";
import { eventLine } from "../../../src/cli/report/events.ts";
import { plain } from "../../../src/cli/report/paint.ts";
import { sampleEvents } from "../../control/sample.ts";

process.env.TZ = "Europe/Vienna";

test("an event is one line in local time", () => {
  assert.deepEqual(
    sampleEvents.map((event) => eventLine(event, plain)),
    [
      "2026-01-01 01:00:00.000  info   state           active: peer dead: silent for 1000 ms",
      "2026-01-01 01:10:00.250  warn   real_server     web/rs2 (10.11.12.2:80) is down: connect: connection refused",
    ],
  );
});

test("an event stays one line whatever its message holds", () => {
  const [event = assert.fail()] = sampleEvents;
  const line = eventLine({ ...event, message: "a\r\nb\u009b2J" }, plain);
  assert.ok(line.endsWith("  a\\x0d\\x0ab\\x9b2J"));
});
