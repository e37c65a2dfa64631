import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import { includes } from "../includes.ts";
import { imported, server, web } from "./imported.ts";

test("a virtual with its servers, checks, persistence and fallback", () => {
  const one = server(web);
  assert.equal(one.address, "192.0.2.10");
  assert.equal(one.port, 80);
  assert.equal(one.forwarding, "direct");
  assert.equal(one.quiesce, true);
  assert.deepEqual(one.persistence, { timeout: "600s", netmask: "255.255.255.0" });
  assert.deepEqual(one.sorry_server, { address: "127.0.0.1" });
  assert.deepEqual(one.check, {
    type: "http",
    path: "/index.html",
    host: "www.example.com",
    expect: "Test Page",
    interval: "5s",
    timeout: "3s",
    fall: 1,
    rise: 1,
  });
  const servers = one.real_servers as Record<string, object>;
  assert.deepEqual(Object.keys(servers), [
    "rs-192.0.2.21",
    "rs-192.0.2.22",
    "rs-192.0.2.23",
    "rs-192.0.2.24",
  ]);
  assert.deepEqual(servers["rs-192.0.2.24"], {
    address: "192.0.2.24",
    check: { path: "/other", expect: "fine" },
    weight: 5,
  });
});

describe("what was probably never meant", () => {
  const said = (text: string): string[] =>
    imported(text).findings.map(
      ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line} ${subject}: ${why}`,
    );
  const cases: readonly (readonly [string, RegExp])[] = [
    [web.replace("persistent=600", "#"), /^suspicious 16 netmask: has no effect/],
    [
      web.replace("127.0.0.1:80", "192.0.2.10:80"),
      /^suspicious 4 fallback: the fallback is the VIP itself/,
    ],
    ["virtual=5\n    real=192.0.2.21 gate\n", /^suspicious 1 virtual=5: the packet filter/],
  ];
  for (const [text, line] of cases)
    test(String(line), () => {
      includes(said(text), line);
    });
});

test("ha.cf, haresources and ip addr fill in what ldirectord.cf does not say", () => {
  const { yaml, findings } = imported(
    web,
    {},
    [
      "ha.cf",
      "keepalive 2\ndeadtime 10\nudpport 694\nucast eth0 192.0.2.2\nauto_failback off\nping 192.0.2.254\nnode lb1 lb2\n",
    ],
    ["haresources", "lb1 IPaddr2::192.0.2.10/24/eth0 ldirectord::ldirectord.cf httpd\n"],
  );
  assert.deepEqual(yaml.heartbeat, { interval: "2s", dead_after: "10s", port: 694 });
  assert.deepEqual(yaml.failover, { failback: "manual", gateway: ["192.0.2.254"] });
  const [one] = Object.values(yaml.virtual_servers) as { address: string; device: string }[];
  assert.equal(one?.address, "192.0.2.10/24");
  assert.equal(one?.device, "eth0");
  assert.ok(findings.some(({ subject, kind }) => subject === "httpd" && kind === "left-out"));
});

test("mutated files end in a result or in problems, whatever they are", () => {
  const words = fc.constantFrom('"', "\n", "\t", "    ", "#", "->", ":", "virtual=", "\r");
  const mutation = fc.record({
    at: fc.nat(web.length),
    cut: fc.nat(30),
    put: fc.oneof(fc.string({ maxLength: 20 }), words),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 8 }), fc.boolean(), (mutations, lenient) => {
      let text = web;
      for (const { at, cut, put } of mutations)
        text = text.slice(0, at) + put + text.slice(at + cut);
      const result = importFiles([{ name: "l.cf", text }], "ldirectord", {
        ...importDefaults,
        lenient,
      });
      if ("text" in result) parse(result.text);
      else assert.ok(result.problems.length > 0);
    }),
    { numRuns: 300 },
  );
});
