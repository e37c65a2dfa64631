import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import { pair, web } from "./imported.ts";

test("mutated files end in a result or in problems, whatever they are", () => {
  const base = pair + web;
  const words = fc.constantFrom(
    '"',
    "'",
    "{",
    "}",
    "\n",
    "#",
    "~SEQ(N, 9) ",
    "$N=3\n",
    "$" + "{N}",
    "@x ",
    "\\",
    "include *\n",
  );
  const mutation = fc.record({
    at: fc.nat(base.length),
    cut: fc.nat(40),
    put: fc.oneof(fc.string({ maxLength: 20 }), words),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 8 }), (mutations) => {
      let text = base;
      for (const { at, cut, put } of mutations)
        text = text.slice(0, at) + put + text.slice(at + cut);
      const read = importFiles([{ name: "k.conf", text }], "keepalived", importDefaults);
      if ("text" in read) parse(read.text);
      else assert.ok(read.problems.length > 0);
    }),
    { numRuns: 300 },
  );
});
