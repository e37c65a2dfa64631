import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOf, textOf } from "../check-layers.ts";
import { readText, refused } from "../texts.ts";

/** Each is the same check with one thing wrong. */
const refusals: readonly (readonly [name: string, sound: string, faulty: string, said: RegExp])[] =
  [
    [
      "a key of another type",
      "{ type: http, path: / }",
      "{ type: tcp, path: / }",
      /type tcp has no/,
    ],
    ["an unknown type", "{ type: tcp }", "{ type: tpc }", /unknown type of check "tpc"/],
    ["no check in the list", "[{ type: tcp }]", "[]", /an empty list/],
    [
      "any that is no truth",
      "{ any: false }",
      "{ any: 1 }",
      /any: "?1"? is neither true nor false/,
    ],
    [
      "none among several",
      "[{ type: tcp }, { type: http }]",
      "[{ type: tcp }, { type: none }]",
      /type none among several/,
    ],
    [
      "a key of another type in a list",
      "[{ type: http, path: / }, { type: tcp }]",
      "[{ type: http, path: / }, { type: tcp, path: / }]",
      /check\[1\]\.path: a check of type tcp has no `path`/,
    ],
    [
      "an unknown escape",
      "{ type: send_expect, send: '\\n' }",
      "{ type: send_expect, send: '\\z' }",
      /unknown escape/,
    ],
    [
      "a pattern with a back reference",
      "{ type: http, expect: '(a)', regex: true }",
      "{ type: http, expect: '(a)\\1', regex: true }",
      /invalid escape/,
    ],
    [
      "a pattern without a text",
      "{ type: http, expect: a, regex: true }",
      "{ type: http, regex: true }",
      /there is no `expect`/,
    ],
    [
      "a body of a HEAD request",
      "{ type: http, expect: a }",
      "{ type: http, expect: a, method: HEAD }",
      /no body/,
    ],
    [
      "https without TLS",
      "{ type: https, tls: true }",
      "{ type: https, tls: false }",
      /https without TLS/,
    ],
    [
      "a command without a program",
      "{ type: command, command: /bin/ask }",
      "{ type: command }",
      /command is missing/,
    ],
    [
      "a program by its name alone",
      "{ type: command, command: /bin/ask }",
      "{ type: command, command: ask }",
      /absolute path/,
    ],
    [
      "a header that smuggles a line",
      '{ type: http, headers: { X: "a" } }',
      '{ type: http, headers: { X: "a\\r\\nY: b" } }',
      /headers\.X/,
    ],
    [
      "a header that is none",
      "{ type: http, headers: { X: a } }",
      "{ type: http, headers: { 'X Y': a } }",
      /no header/,
    ],
    [
      "a path with a blank",
      "{ type: http, path: /a }",
      "{ type: http, path: '/a b' }",
      /not a path/,
    ],
    [
      "a status that does not exist",
      "{ type: http, status: 200 }",
      "{ type: http, status: 999 }",
      /no status code/,
    ],
    [
      "a range of status codes backwards",
      "{ type: http, status: 200-299 }",
      "{ type: http, status: 299-200 }",
      /ends before it begins/,
    ],
    ["no try before it is down", "{ fall: 1 }", "{ fall: 0 }", /fall: 0 is too small/],
    ["a timeout of nothing", "{ timeout: 10ms }", "{ timeout: 0 }", /too short/],
  ];

for (const [name, sound, faulty, said] of refusals) {
  test(`check refused: ${name}`, () => {
    checkOf({ virtualServer: sound });
    const [problem, ...others] = refused(readText(textOf({ virtualServer: faulty })));
    assert.deepEqual(others, []);
    assert.match(problem?.message ?? "", said);
    assert.equal(problem?.line, 8);
  });
}

test("check refused: silence over UDP, which always passes", () => {
  checkOf({ protocol: "udp", virtualServer: "{ type: send_expect, send: a }" });
  const problems = refused(
    readText(textOf({ protocol: "udp", virtualServer: "{ type: send_expect }" })),
  );
  assert.match(problems[0]?.message ?? "", /always passes/);
});

test("a key of the defaults that does not fit a virtual server's check is refused there", () => {
  const problems = refused(readText(textOf({ defaults: "{ path: /x }" })));
  assert.deepEqual(
    problems.map((problem) => [problem.line, problem.message]),
    [[2, "defaults.check.path: a check of type tcp has no `path`"]],
  );
});

test("a key over a list that none of its checks has is refused where it stands", () => {
  const list = "[{ type: tcp }, { type: tcp, port: 9 }]";
  checkOf({ virtualServer: list, realServer: "{ fall: 3 }" });
  const problems = refused(readText(textOf({ virtualServer: list, realServer: "{ path: /x }" })));
  assert.deepEqual(
    problems.map((problem) => [problem.line, problem.message]),
    [
      [
        12,
        "virtual_servers.web.real_servers.rs1.check.path: none of the checks that it lies over has `path`",
      ],
    ],
  );
});

test("a value that no type takes is refused though the type is not known where it stands", () => {
  const faulty = "{ check: { path: no-slash } }";
  const text = textOf({ virtualServer: "{ type: http }" }).replace("{  }", faulty);
  const problems = refused(readText(text));
  assert.match(problems[0]?.message ?? "", /^defaults\.check\.path: "no-slash" is not a path/);
});
