import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { imported, said } from "./imported.ts";

describe("a virtual_server_group", () => {
  const servers = (
    text: string,
    ...more: [string, string][]
  ): Record<string, { real_servers: object }> => imported(text, {}, ...more).yaml.virtual_servers;

  test("a group is one service for each address and mark", () => {
    const text = `virtual_server_group G {
  192.0.2.10 80
  192.0.2.11-12 443
  2001:db8::a-c 80
  198.51.100.0/30 8080
  fwmark 5 inet
}
virtual_server group G {
  protocol TCP
  real_server 192.0.2.21 80 { weight 1 }
  real_server 2001:db8::21 80 { weight 1 }
}
`;
    assert.deepEqual(Object.keys(servers(text)), [
      "tcp-192.0.2.10-80",
      "tcp-192.0.2.11-443",
      "tcp-192.0.2.12-443",
      "tcp-2001-db8--a-80",
      "tcp-2001-db8--b-80",
      "tcp-2001-db8--c-80",
      "tcp-198.51.100.0-8080",
      "tcp-198.51.100.1-8080",
      "tcp-198.51.100.2-8080",
      "tcp-198.51.100.3-8080",
      "mark-5",
    ]);
  });
});

describe("what keepalived makes of heads and groups is said", () => {
  const group = (entries: string, more = "") =>
    said(`virtual_server_group G {\n${entries}\n}\n${more}virtual_server group G {
protocol TCP\nreal_server 10.9.0.1 80 { }\n}\n`);
  const single = (head: string) =>
    said(`virtual_server ${head} {\nprotocol TCP\nreal_server 10.9.0.1 80 { }\n}\n`);
  const cases: readonly (readonly [what: string, run: () => readonly string[], said: RegExp])[] = [
    [
      "addresses of both families",
      () => group("192.0.2.10 80\n2001:db8::10 80"),
      /^suspicious 5 virtual_server group G: addresses of both families: keepalived drops it/,
    ],
    [
      "a mark of both families",
      () => group("fwmark 5 inet\nfwmark 5 inet6"),
      /^carried 3 virtual_server fwmark 5: one service for both families/,
    ],
    [
      "a group that nothing uses",
      () => group("192.0.2.10 80", "virtual_server_group H {\n192.0.2.11 80\n}\n"),
      /^left-out 4 virtual_server_group H: no virtual_server uses it/,
    ],
    ["an empty group", () => group(""), /^suspicious 1 group G: empty: keepalived removes it/],
    ["a network with a bad length", () => group("192.0.2.0/40 80"), /^left-out 2 192\.0\.2\.0\/40/],
    ["a port that is none", () => group("192.0.2.10 http"), /^suspicious 2 .*"http" is no port/],
    [
      "words behind a head",
      () => single("192.0.2.10 80 dev eth0"),
      /^changed 1 .*dev eth0: keepalived ignores words behind the head/,
    ],
    [
      "a range outside a group",
      () => single("192.0.2.10-12 80"),
      /^suspicious 1 virtual_server 192\.0\.2\.10-12: ranges are for groups: keepalived takes 192\.0\.2\.10/,
    ],
    [
      "a protocol that is none",
      () =>
        single("192.0.2.10 80").concat(
          said("virtual_server 192.0.2.10 80 {\nprotocol X\nreal_server 10.9.0.1 80 { }\n}\n"),
        ),
      /^suspicious 2 protocol: "X" is none of TCP, UDP and SCTP/,
    ],
  ];
  for (const [what, run, line] of cases) test(what, () => includes(run(), line));
});
