import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOf, type Layers } from "./check-layers.ts";

const rhythm = { interval: 2000, timeout: 2000, fall: 2, rise: 1 };
const target = { address: null, port: null };
const tls = {
  sni: null,
  ca: null,
  verify: false,
  certificate: null,
  key: null,
  minimum: "1.2",
  warnBefore: 14 * 24 * 3600 * 1000,
};
const tcp = { type: "tcp", ...rhythm, ...target, tls: null };
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const http = {
  ...rhythm,
  ...target,
  type: "http",
  method: "GET",
  path: "/",
  host: null,
  headers: {},
  status: [{ from: 200, to: 299 }],
  body: null,
  user: null,
  passwordFile: null,
  expect: null,
  regex: false,
  absent: false,
  digest: null,
  content: null,
  tls: { ...tls, warnBefore: 0 },
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
      type: "send_expect",
      steps: [],
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
      type: "send_expect",
      steps: [],
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
      type: "send_expect",
      steps: [],
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
