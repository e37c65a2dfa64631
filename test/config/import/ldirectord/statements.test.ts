import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { read, web } from "./imported.ts";

describe("what ldirectord refuses is refused with its line, and --lenient reads it as it was meant", () => {
  const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    [
      "a comment behind a yes or no",
      web.replace("quiescent=yes", "quiescent=yes # keep"),
      /^3: .*quiescent takes yes or no/,
    ],
    [
      "a carriage return behind a yes or no",
      web.replace("quiescent=yes", "quiescent=yes\r"),
      /^3: .*quiescent takes yes or no/,
    ],
    [
      "a blank line in a block",
      web.replace("        service=http\n", "\n        service=http\n"),
      /^10: .*ended the block|^11: .*ended the block/,
    ],
    [
      "two blanks of indentation",
      web.replace("        service", "  service"),
      /^10: .*indented by 2/,
    ],
    [
      "an unquoted request",
      web.replace('"index.html"', "index.html"),
      /^11: .*request without quotes/,
    ],
    ["a range of ports", web.replace("10:http", "10:8000-8010"), /^7: .*"8000-8010" is no port/],
    [
      "the protocol of an address that became a mark",
      web.replace("192.0.2.10:http", "192.0.2.10"),
      /^17: .*protocol "tcp" of a firewall mark/,
    ],
    [
      "the same virtual twice",
      web + web.slice(web.indexOf("virtual=")),
      /^18: .*the same virtual as in ldirectord\.cf:7/,
    ],
    [
      "IPv6 under virtual",
      web.replace("192.0.2.10", "[2001:db8::1]"),
      /^7: .*2001:db8::1 under virtual/,
    ],
    [
      "an unknown directive",
      web.replace("scheduler=", "schedular="),
      /^14: .*Unknown command "schedular"/,
    ],
    ["a directive that was removed", `timeout=3\n${web}`, /^1: .*timeout was removed/],
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
