import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { base, kinds, virtual } from "./imported.ts";

describe("virtual servers that were probably never meant are named with their line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "one alias for two addresses",
      base + virtual("  port = 81\n").replace("192.0.2.10", "192.0.2.11").replace("web", "two"),
      /^32 virtual two: eth0:1 carries 192\.0\.2\.10 already.*relabelled eth0:2/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      assert.deepEqual(kinds(base, "suspicious"), []);
      includes(kinds(text, "suspicious"), line);
    });
});
