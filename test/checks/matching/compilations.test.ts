import assert from "node:assert/strict";
import { test } from "node:test";
import { Compilations } from "../../../src/checks/matching/compilations.ts";

const pattern = (text: string, reads: "text" | "bytes" = "text") =>
  ({ kind: "pattern", pattern: text, reads }) as never;

test("a pattern is compiled once, apart from the same one over bytes, until 256 others came", () => {
  const kept = new Compilations();
  const first = kept.of(pattern("a"));
  assert.equal(kept.of(pattern("a")), first);
  assert.notEqual(kept.of(pattern("a", "bytes")), first);
  for (let count = 0; count < 256; count++) kept.of(pattern(`b${count}`));
  assert.notEqual(kept.of(pattern("a")), first);
  assert.throws(() => kept.of(pattern("(")));
});
