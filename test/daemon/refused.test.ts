import assert from "node:assert/strict";
import { test } from "node:test";
import { countUp, refusedNow, refusedText } from "../../src/daemon/refused.ts";

test("a refusal says whether a text is at fault, or what holds at present", () => {
  assert.deepEqual(refusedNow("no peer", "wait"), {
    ok: false,
    fault: "now",
    problems: [{ file: null, line: null, column: null, message: "no peer", hint: "wait" }],
  });
  assert.deepEqual(refusedText("/etc/a.yaml", "wrong role"), {
    ok: false,
    fault: "text",
    problems: [
      { file: "/etc/a.yaml", line: null, column: null, message: "wrong role", hint: null },
    ],
  });
});

test("refusals are counted by their reason", () => {
  const counts = new Map<string, number>();
  assert.deepEqual(
    ["short", "short", "stale"].map((reason) => countUp(counts, reason)),
    [1, 2, 1],
  );
  assert.deepEqual(
    [...counts],
    [
      ["short", 2],
      ["stale", 1],
    ],
  );
});
