import assert from "node:assert/strict";
import { test } from "node:test";
import { sayIn } from "../../../src/console/messages/messages.ts";
import { instant, stateBadge, truth, wordOf } from "../../../src/console/monitor/badge.ts";

const say = sayIn("en");

test("a state has a word, and a colour that says nothing the word does not", () => {
  assert.match(String(stateBadge(say, "active")), /^<span class="state good">\w+<\/span>$/);
  assert.match(String(stateBadge(say, "fault")), /class="state bad"/);
  assert.match(String(stateBadge(say, "starting")), /class="state warn"/);
  assert.match(String(stateBadge(say, null)), /class="state off"/);
});

test("a state that this console does not know is shown as the daemon says it, as text", () => {
  assert.equal(String(stateBadge(say, "<new>")), '<span class="state off">&lt;new&gt;</span>');
  assert.equal(wordOf(say, "state.toString", "toString"), "toString");
});

test("yes is good and no is bad", () => {
  assert.match(String(truth(say, true, "state.up", "state.down")), /state good/);
  assert.match(String(truth(say, false, "state.up", "state.down")), /state bad/);
});

test("an instant is UTC to the second, and what is none stays as it is", () => {
  const at = "2026-01-02T03:04:05.678Z";
  assert.equal(String(instant(at)), `<time datetime="${at}">2026-01-02 03:04:05 UTC</time>`);
  assert.equal(String(instant("soon")), '<time datetime="soon">soon</time>');
});
