import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { imported, server, web } from "./imported.ts";

describe("checks", () => {
  const check = (lines: string, port = 80) =>
    server(`virtual=192.0.2.10:${port}\n    real=192.0.2.21:${port} masq\n${lines}`)
      .check as Record<string, unknown>;
  const cases: readonly (readonly [lines: string, port: number, check: object])[] = [
    ["    checktype=connect\n", 80, { type: "tcp", timeout: "5s" }],
    ["    checktype=connect\n    protocol=udp\n", 80, { type: "ping" }],
    ["    checktype=on\n", 80, { type: "none" }],
    ["    service=pop\n", 110, { type: "pop3", timeout: "30s" }],
    [
      '    service=mysql\n    login="u"\n    passwd="p"\n    database="d"\n    request="SELECT 1"\n',
      3306,
      { type: "mysql", user: "u", query: "SELECT 1", database: "d" },
    ],
    [
      '    service=simpletcp\n    request="PING"\n    receive="PO.G"\n',
      7,
      { type: "send_expect", send: "PING", expect: "PO.G", regex: true },
    ],
    [
      '    checktype=external\n    checkcommand="/bin/look"\n',
      22,
      { type: "command", command: "/bin/look", convention: "ldirectord" },
    ],
    ["    checktype=3\n", 25, { type: "smtp" }],
    ["    checkport=8080\n", 80, { type: "http", port: 8080 }],
    [
      '    request="http://www.example.com"\n',
      3128,
      { type: "http", path: "http://www.example.com/" },
    ],
  ];
  for (const [lines, port, expected] of cases)
    test(lines.trim().replaceAll(/\s+/g, " "), () => {
      const found = check(lines, port);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(found[key], value, key);
      assert.ok(!JSON.stringify(found).includes('"p"'), "no password is in the result");
    });

  test("off: the virtual server is not served", () => {
    assert.equal(
      server("virtual=192.0.2.10:80\n    real=192.0.2.21 gate\n    checktype=off\n").active,
      false,
    );
  });
});

describe("checks that were probably never meant", () => {
  const said = (text: string): string[] =>
    imported(text).findings.map(
      ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line} ${subject}: ${why}`,
    );

  const cases: readonly (readonly [string, RegExp])[] = [
    [
      web.replace("Test Page", "HTTP/1.1 200 OK"),
      /^suspicious 12 receive: the status line is not searched/,
    ],
    [
      web.replace("service=http", "service=dns").replace("receive", "comment"),
      /^suspicious 10 service=dns: without receive/,
    ],
  ];

  for (const [text, line] of cases)
    test(String(line), () => {
      includes(said(text), line);
    });
});
