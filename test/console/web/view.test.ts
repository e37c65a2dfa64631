import assert from "node:assert/strict";
import { test } from "node:test";
import { viewOf, viewText } from "../../../src/console/web/view.ts";

test("a view is what the cookie says, then what the browser asks for, then the usual", () => {
  assert.deepEqual(viewOf(undefined, undefined), { language: "en", every: 2 });
  assert.deepEqual(viewOf(undefined, "ja,en;q=0.5"), { language: "ja", every: 2 });
  assert.deepEqual(viewOf("language=zh-TW&every=off", "ja"), { language: "zh-TW", every: null });
  assert.deepEqual(viewOf("language=xx&every=3", "ja"), { language: "ja", every: 2 });
});

test("a form changes what it has, and the cookie says both", () => {
  const view = { language: "ja", every: 10 } as const;
  const after = (form: string) => viewText(view, new URLSearchParams(form));
  assert.equal(after("every=off"), "language=ja&every=off");
  assert.equal(after("language=en"), "language=en&every=10");
  assert.equal(after("language=xx&every=999"), "language=ja&every=2");
});
