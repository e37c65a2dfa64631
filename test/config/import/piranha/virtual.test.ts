import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { problemsOf } from "../filled-in.ts";
import { includes } from "../includes.ts";
import { base, imported, kinds, virtual } from "./imported.ts";

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

describe("names where lvsd takes addresses alone", () => {
  const named = base.replace("192.0.2.10 eth0:1", "www.example.com eth0:1");

  test("a VIP by name is marked, and all else is carried over", () => {
    const { text } = imported(named);
    assert.match(text, /address: +# FILL IN: the address of www\.example\.com/);
    assert.deepEqual(problemsOf(text), []);
    includes(kinds(named, "suspicious"), /^14 virtual web: www\.example\.com is a name/);
  });

  test("a router by name is marked as well", () => {
    const text = base.replace("primary = 192.0.2.1\n", "primary = lvs1.example.com\n");
    assert.match(imported(text).text, /primary: \{ public: +\} # FILL IN/);
    assert.deepEqual(problemsOf(imported(text).text), []);
    includes(kinds(text, "left-out"), /^2 routers\.primary\.public: lvsd cannot take it over/);
  });

  test("a time limit that is too long is the longest", () => {
    const text = base.replace("  port = 80\n", "  port = 80\n  timeout = 9999\n");
    assert.match(imported(text).text, /interval: 3600s/);
    includes(kinds(text, "changed"), /^17 virtual web: 9999: 3600s is the most/);
  });
});
