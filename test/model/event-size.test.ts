import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventBody } from "../../src/model/event.ts";
import { boundedEvent, boundedSentence } from "../../src/model/event-size.ts";

const event = (fields: object): EventBody =>
  ({ event: "notify", kind: "told", ...fields }) as never;

test("an event within its bounds is the same object", () => {
  const body = event({ subject: "web", took_ms: 3, list: ["a", "b"] });
  assert.equal(boundedEvent(body), body);
});

test("a text is cut", () => {
  const { subject } = boundedEvent(event({ subject: "x".repeat(5000) })) as { subject: string };
  assert.equal(subject.length, 4096);
});

test("a list is cut as a whole, and says how many are missing", () => {
  const list = Array.from({ length: 40 }, () => "x".repeat(4000));
  const { list: cut } = boundedEvent(event({ list })) as unknown as { list: string[] };
  assert.equal(cut.length, 17);
  assert.equal(cut.at(-1), "… 24 more");
});

test("a sentence is cut later than a text", () => {
  assert.equal(boundedSentence("x".repeat(70_000)).length, 64 * 1024);
  assert.equal(boundedSentence("short"), "short");
});
