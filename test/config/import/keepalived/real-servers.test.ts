import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { said, web } from "./imported.ts";

describe("what keepalived swallows of real servers is said with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "the same server twice",
      web.replace("192.0.2.22", "192.0.2.21"),
      /^suspicious 13 real_server 192\.0\.2\.21 80: listed twice/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      includes(said(text), line);
    });
});
