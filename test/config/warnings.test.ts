/** What is sound and was probably not meant, and what looks like a blank and is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { printProblem } from "../../src/keys/problem.ts";
import { readText, refused } from "./texts.ts";

const text = (
  keys: string,
  protocol = "tcp",
): string => `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
    protocol: ${protocol}
    device: eth0
    ${keys}
    real_servers: { rs1: { address: 192.0.2.3 } }
`;

function warned(written: string): readonly string[] {
  const result = readText(written);
  assert.ok("config" in result, JSON.stringify(result));
  return result.warnings.map(printProblem);
}

test("a plain number beyond a minute is a warning with both readings; with a unit it is none", () => {
  assert.deepEqual(warned(text("check: { timeout: 2s }")), []);
  assert.deepEqual(warned(text("check: { timeout: 60 }")), []);
  assert.deepEqual(warned(text("check: { timeout: 2000s }")), []);
  assert.deepEqual(warned(text("check: { timeout: 2000 }")), [
    "/etc/lvsd/lvsd.yaml:8:23: virtual_servers.web.check.timeout: 2000 is 2000s (a plain number is seconds: write 2000ms or 2000s)",
  ]);
});

test("pulse with the rhythm of lvsd's own is a warning: a Piranha is slower", () => {
  const heartbeat = (keys: string): string => `${text("")}heartbeat: { ${keys} }\n`;
  assert.deepEqual(warned(heartbeat("protocol: pulse, interval: 2s, dead_after: 5s")), []);
  assert.deepEqual(warned(heartbeat("protocol: lvsd, dead_after: 1s")), []);
  for (const protocol of ["pulse", "auto"]) {
    const [warning = "", ...others] = warned(heartbeat(`protocol: ${protocol}`));
    assert.deepEqual(others, []);
    assert.match(
      warning,
      /:10:24: heartbeat\.dead_after: 1s is less than two heartbeats of a Piranha/,
    );
  }
});

test("quiesce over UDP is a warning: a steady client stays on a failed server", () => {
  assert.deepEqual(warned(text("quiesce: true")), []);
  const [warning = "", ...others] = warned(text("quiesce: true", "udp"));
  assert.deepEqual(others, []);
  assert.match(warning, /:8:14: virtual_servers\.web\.quiesce: over UDP/);
});

const hidden: readonly (readonly [name: string, letter: string, code: string])[] = [
  ["no-break blank", "\u00a0", "U\\+00A0"],
  ["zero-width blank", "\u200b", "U\\+200B"],
  ["word joiner", "\u2060", "U\\+2060"],
  ["ideographic blank", "\u3000", "U\\+3000"],
  ["byte order mark", "\ufeff", "U\\+FEFF"],
];

for (const [name, letter, code] of hidden) {
  test(`a ${name} where a blank should be is named with its place`, () => {
    const [problem, ...others] = refused(readText(text(`reentry:${letter}5s`)));
    assert.deepEqual(others, []);
    assert.match(problem?.message ?? "", new RegExp(`${name} \\(${code}\\) stands here`));
    assert.deepEqual([problem?.line, problem?.column], [8, 13]);
  });

  test(`a ${name} in a comment or in quotes is left alone`, () => {
    assert.deepEqual(warned(text(`reentry: 5s # five${letter}seconds`)), []);
    assert.deepEqual(warned(text(`check: { type: http, expect: 'a${letter}b' }`)), []);
  });
}

test("several ports without persistence are a warning; with it, or with one port, they are none", () => {
  const web = (ports: string, keys = "") =>
    `routers: { primary: { public: 192.0.2.8 } }\nvirtual_servers: { web: { address: 192.0.2.2, ports: ${ports}${keys} } }\n`;
  assert.match(
    warned(web("[80, 443]"))[0] ?? "",
    /virtual_servers\.web: several ports without persistence.*persistence: \{\}/,
  );
  assert.equal(warned(web("[1-9]")).length, 1);
  assert.deepEqual(warned(web("[80, 443]", ", persistence: {}")), []);
  assert.deepEqual(warned(web("[80]", ", fwmark: 3")), []);
  assert.deepEqual(warned(web("21", ", ftp: { passive_ports: 10000-10010 }")), []);
});

test("one packet with NAT is a warning: answers keep the real server's address", () => {
  const one = (keys: string): readonly string[] =>
    warned(text(`one_packet: true\n    ${keys}`, "udp"));
  assert.deepEqual(one("forwarding: nat"), [
    "/etc/lvsd/lvsd.yaml:8:17: virtual_servers.web.one_packet: with NAT answers keep the real server's address (right where nothing is answered; otherwise use direct routing)",
  ]);
  assert.deepEqual(one("forwarding: direct"), []);
  assert.deepEqual(one("forwarding: nat\n    persistence: { engine: sip }"), []);
});
