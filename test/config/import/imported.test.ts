import assert from "node:assert/strict";
import { test } from "node:test";
import { Findings } from "../../../src/config/import/imported.ts";

test("a finding is there once, in the order of the text", () => {
  const findings = new Findings();
  findings.add("changed", { file: "a", line: 2 }, "x", "one");
  findings.add("left-out", { file: "a", line: 1 }, "x", "two");
  findings.add("suspicious", { file: "a", line: 2 }, "x", "one");
  const found = findings.all().map(({ kind, text }) => `${kind} ${text}`);
  assert.deepEqual(found, ["changed one", "left-out two"]);
});

test("a subject is cut, and more findings than anyone reads are counted", () => {
  const findings = new Findings();
  for (let line = 1; line <= 1003; line++)
    findings.add("changed", { file: "a", line }, "x".repeat(500), "said");
  const all = findings.all();
  assert.equal(all.length, 1001);
  assert.equal(all[0]?.subject.length, 120);
  assert.match(all.at(-1)?.text ?? "", /^3 further findings are not listed/);
});
