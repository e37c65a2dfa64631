import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { said, web } from "./imported.ts";

describe("what keepalived swallows of forwarding is said with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "a forwarding in lower case",
      web.replace("DR", "dr"),
      /^suspicious 4 lb_kind: "dr" \(upper case only\)/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      includes(said(text), line);
    });
});
