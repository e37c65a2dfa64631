import assert from "node:assert/strict";
import { test } from "node:test";
import { flagged, html, joined, nothing } from "../../src/console/html.ts";

test("what is put into a template is text, whatever it holds; HTML of a template stays HTML", () => {
  const hostile = `<b a="1" b='2'>&\``;
  const escaped = "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;&#96;";
  assert.equal(String(html`<p>${hostile}</p>`), `<p>${escaped}</p>`);
  assert.equal(String(html`<p>${html`<b>${1}</b>`}</p>`), "<p><b>1</b></p>");
});

test("nothing is nothing, and a list is its pieces", () => {
  assert.equal(String(html`a${null}${undefined}${false}${nothing}b`), "ab");
  assert.equal(String(joined(["<", html`<i>`, 0])), "&lt;<i>0");
  assert.deepEqual([String(flagged("open", true)), String(flagged("open", false))], [" open", ""]);
});
