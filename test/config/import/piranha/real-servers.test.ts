import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { base, global, kinds, virtual } from "./imported.ts";

describe("real servers that were probably never meant are named with their line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    ["weight 0", base.replace("weight = 1", "weight = 0"), /^22 server s0: weight 0 is 1/],
    [
      "the same server twice",
      base.replace("192.0.2.21", "192.0.2.20"),
      /^24 server s1: listed twice/,
    ],
    [
      "no real server",
      global + virtual("  port = 80\n", 0),
      /^12 virtual web: it has no real server/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      assert.deepEqual(kinds(base, "suspicious"), []);
      includes(kinds(text, "suspicious"), line);
    });
});
