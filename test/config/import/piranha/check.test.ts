import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { base, configOf, global, imported, kinds, virtual } from "./imported.ts";

describe("checks are what nanny did", () => {
  test("a check goes down at the first failure and asks every timeout", () => {
    const check = configOf(base).virtualServers[0]?.realServers[0]?.check;
    assert.ok(JSON.stringify(check).includes('"send_expect"'), JSON.stringify(check));
    assert.ok(JSON.stringify(check).includes('"fall":1'));
  });

  test("port 80 without a check is asked as a web server", () => {
    const { text } = imported(global + virtual("  port = 80\n"));
    assert.match(text, /send: 'GET \/ HTTP\/1\.0\\r\\n\\r\\n'/);
    assert.match(text, /expect: HTTP/);
  });

  test("another port without a check is connected to", () => {
    assert.match(imported(global + virtual("  port = 25\n")).text, /type: tcp/);
  });

  test("a program's words stand apart, and its whole output is compared", () => {
    const { text } = imported(
      global + virtual('  port = 81\n  send_program = "/bin/look %h x"\n  expect = "up."\n'),
    );
    assert.match(text, /command: \/bin\/look/);
    assert.match(text, /args: \['%h', x\]/);
    assert.match(text, /expect: '\^up\\\.\\s\?\$'/);
  });
});

describe("checks that were probably never meant are named with their line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "an answer that every web server gives",
      global + virtual('  port = 80\n  send = "x"\n  expect = "HTTP"\n'),
      /^18 virtual web: every HTTP answer/,
    ],
    [
      "an escape at which nanny hangs",
      base.replace('"OK"', '"O\\.K"'),
      /nanny never comes back from \\\./,
    ],
    ["single quotes that stay", base.replace('"OK"', "'OK'"), /keeps the single quotes/],
    ["timeout 0", global + virtual("  port = 81\n  timeout = 0\n"), /ends nanny by a division/],
    [
      "UDP without a question",
      global + virtual("  port = 53\n  protocol = udp\n"),
      /a UDP service without send/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      assert.deepEqual(kinds(base, "suspicious"), []);
      includes(kinds(text, "suspicious"), line);
    });
});
