import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { blockText, flowText, scalarText } from "../../../src/config/editing/yaml-text.ts";

test("a map is written in lines, or in braces with a space", () => {
  const value = { port: 80, names: ["a", "b"] };
  assert.equal(blockText(value), "port: 80\nnames:\n  - a\n  - b");
  assert.equal(flowText(value), "{ port: 80, names: [a, b] }");
  assert.equal(flowText({}), "{}");
});

test("a text that would end what it stands in is quoted", () => {
  for (const value of ["a, b", "] }", "x: y", "# no comment", "yes: no", ""]) {
    assert.deepEqual(parse(`[${flowText(value)}]`), [value]);
    assert.deepEqual(parse(`key: ${scalarText(value)}`), { key: value });
  }
});

test("quotes that stood there are kept", () => {
  assert.equal(scalarText("web", "QUOTE_SINGLE"), "'web'");
  assert.equal(scalarText("web", "QUOTE_DOUBLE"), '"web"');
  assert.equal(scalarText("web"), "web");
});
