import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checks } from "../../src/config/config.ts";
import { accepted, readText, refused } from "./texts.ts";

interface Layers {
  readonly defaults?: string;
  readonly virtualServer?: string;
  readonly realServer?: string;
  readonly protocol?: "tcp" | "udp";
}

const textOf = ({ defaults, virtualServer, realServer, protocol = "tcp" }: Layers): string => {
  const check = (value: string | undefined) => (value === undefined ? "" : `check: ${value}`);
  return `routers: { primary: { public: 192.0.2.1 } }
defaults: { ${check(defaults)} }
virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
    protocol: ${protocol}
    ${check(virtualServer)}
    real_servers:
      rs1:
        address: 10.0.0.1
        ${check(realServer)}
`;
};

const checkOf = (layers: Layers): Checks => {
  const check = accepted(readText(textOf(layers))).virtualServers[0]?.realServers[0]?.check;
  return check ?? assert.fail("no check");
};

const rhythm = { interval: 2000, timeout: 2000, fall: 2, rise: 1 };
const target = { address: null, port: null };
const tls = {
  ...{ sni: null, ca: null, verify: false, certificate: null, key: null, minimum: "1.2" },
  warnBefore: 14 * 24 * 3600 * 1000,
};
const tcp = { type: "tcp", ...rhythm, ...target, tls: null };
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const http = {
  ...{ ...rhythm, ...target },
  type: "http",
  method: "GET",
  path: "/",
  host: null,
  headers: {},
  status: [{ from: 200, to: 299 }],
  ...{ body: null, user: null, passwordFile: null, expect: null, regex: false },
  ...{ digest: null, content: null, tls: { ...tls, warnBefore: 0 } },
};

const cases: readonly (readonly [name: string, layers: Layers, check: object])[] = [
  ["a tcp service is checked by connecting", {}, tcp],
  ["a udp service is not checked by itself", { protocol: "udp" }, { type: "none" }],
  ["the defaults of http", { virtualServer: "{ type: http }" }, http],
  [
    "https with every key",
    {
      virtualServer:
        "{ type: https, method: HEAD, path: '/a?b=%20', host: 'www.example.com:8443', headers: { X-Up: 1 }, status: [200, '300-399'], port: 8443, address: 10.0.0.9, tls: { sni: www.example.com, ca: ca.pem } }",
    },
    {
      ...http,
      type: "https",
      method: "HEAD",
      path: "/a?b=%20",
      host: "www.example.com:8443",
      headers: { "X-Up": "1" },
      status: [
        { from: 200, to: 200 },
        { from: 300, to: 399 },
      ],
      port: 8443,
      address: "10.0.0.9",
      tls: { ...tls, sni: "www.example.com", ca: "/etc/lvsd/ca.pem", verify: true },
    },
  ],
  [
    "a real server's keys lie over the virtual server's over the defaults'",
    {
      defaults: "{ interval: 500ms, fall: 3 }",
      virtualServer: "{ type: http, path: /one, fall: 4 }",
      realServer: "{ path: /two }",
    },
    { ...http, interval: 500, fall: 4, path: "/two" },
  ],
  [
    "with another type only the rhythm is inherited",
    {
      defaults: "{ interval: 500ms }",
      virtualServer: "{ type: http, port: 8080, expect: OK, rise: 2 }",
      realServer: "{ type: send_expect, send: x }",
    },
    {
      ...rhythm,
      ...target,
      interval: 500,
      rise: 2,
      ...{ type: "send_expect", steps: [] },
      protocol: "tcp",
      send: bytes("x"),
      expect: null,
      tls: null,
    },
  ],
  [
    "the same type again inherits everything",
    { virtualServer: "{ type: http, path: /one }", realServer: "{ type: http, fall: 9 }" },
    { ...http, path: "/one", fall: 9 },
  ],
  [
    "a virtual server's type cuts off what the defaults say of another",
    { defaults: "{ type: http, path: /x, rise: 3 }", virtualServer: "{ type: tcp }" },
    { ...tcp, rise: 3 },
  ],
  [
    "send_expect over udp, with escapes",
    { protocol: "udp", virtualServer: "{ type: send_expect, send: '\\x01\\r\\n', expect: PONG }" },
    {
      ...rhythm,
      ...target,
      ...{ type: "send_expect", steps: [] },
      protocol: "udp",
      send: Uint8Array.of(1, 13, 10),
      expect: { kind: "bytes", bytes: bytes("PONG") },
      tls: null,
    },
  ],
  [
    "send_expect with a pattern and TLS",
    { virtualServer: "{ type: send_expect, expect: '^220 .*\\r\\n', regex: true, tls: true }" },
    {
      ...rhythm,
      ...target,
      ...{ type: "send_expect", steps: [] },
      protocol: "tcp",
      send: null,
      expect: { kind: "regex", pattern: "^220 .*\\r\\n" },
      tls,
    },
  ],
  [
    "a command with numbers for arguments",
    {
      virtualServer:
        "{ type: command, command: /bin/ask, args: ['%h', 80], environment: { DEBUG: true } }",
    },
    {
      ...rhythm,
      type: "command",
      command: "/bin/ask",
      args: ["%h", "80"],
      convention: null,
      environment: { DEBUG: "true" },
      expect: null,
      regex: false,
    },
  ],
  [
    "several checks, each with its own rhythm",
    { virtualServer: "[{ type: http, path: /a }, { type: tcp, port: 9, fall: 1 }]" },
    {
      type: "several",
      any: false,
      checks: [
        { ...http, path: "/a" },
        { ...tcp, port: 9, fall: 1 },
      ],
    },
  ],
  [
    "any of several, said in one of the maps or alone",
    { virtualServer: "[{ any: true }, { type: tcp }, { type: tcp, port: 9 }]" },
    {
      type: "several",
      any: true,
      checks: [tcp, { ...tcp, port: 9 }],
    },
  ],
  [
    "a real server's map over a list changes each check that has its keys",
    {
      virtualServer: "[{ type: http, path: /a }, { type: tcp, port: 9 }]",
      realServer: "{ path: /b, interval: 1s }",
    },
    {
      type: "several",
      any: false,
      checks: [
        { ...http, interval: 1000, path: "/b" },
        { ...tcp, interval: 1000, port: 9 },
      ],
    },
  ],
  [
    "a map with a type over a list changes the checks of that type",
    {
      virtualServer: "[{ type: http, path: /a }, { type: tcp, port: 9 }]",
      realServer: "{ type: tcp, port: 10 }",
    },
    {
      type: "several",
      any: false,
      checks: [
        { ...http, path: "/a" },
        { ...tcp, port: 10 },
      ],
    },
  ],
  [
    "a list replaces a list, and its maps inherit from the map below",
    {
      defaults: "{ type: http, interval: 1s, host: a.example }",
      virtualServer: "[{ path: /a }, { path: /b }]",
    },
    {
      type: "several",
      any: false,
      checks: [
        { ...http, interval: 1000, host: "a.example", path: "/a" },
        { ...http, interval: 1000, host: "a.example", path: "/b" },
      ],
    },
  ],
  [
    "a real server's list replaces the virtual server's",
    { virtualServer: "[{ type: http }, { type: tcp }]", realServer: "[{ type: tcp, port: 7 }]" },
    { ...tcp, port: 7 },
  ],
  [
    "a ping, which has no port",
    { virtualServer: "{ type: ping }" },
    { type: "ping", ...rhythm, address: null },
  ],
  [
    "udp: an expected text needs an answer",
    { protocol: "udp", virtualServer: "{ type: udp, send: '\\x01', expect: OK }" },
    {
      type: "udp",
      ...rhythm,
      ...target,
      send: bytes("\x01"),
      expect: { kind: "bytes", bytes: bytes("OK") },
      reply: true,
    },
  ],
  ["a list of one check", { virtualServer: "[{ type: none }]" }, { type: "none" }],
  ["nothing behind check:", { virtualServer: "" }, tcp],
];

for (const [name, layers, check] of cases) {
  test(`check: ${name}`, () => {
    assert.deepEqual(checkOf(layers), check);
  });
}

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
