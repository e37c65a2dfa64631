import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { read, web } from "./imported.ts";

describe("a line real= that ldirectord refuses", () => {
  const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    [
      "a missing forwarding method",
      web.replace("24:80 gate 5", "24:80 5"),
      /^9: .*"5" is no forwarding method/,
    ],
    ["a range backwards", web.replace("21->192.0.2.23", "23->192.0.2.21"), /^8: .*no range/],
  ];

  for (const [what, text, message] of refused)
    test(what, () => {
      const result = read(text);
      assert.ok("problems" in result, what);
      includes(
        result.problems.map((problem) => `${problem.line}: ${problem.message}`),
        message,
      );
      const lenient = read(text, { lenient: true });
      assert.ok("text" in lenient);
    });
});
