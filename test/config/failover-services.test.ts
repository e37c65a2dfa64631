import assert from "node:assert/strict";
import { test } from "node:test";
import { printProblem } from "../../src/keys/problem.ts";
import { servicesOf, sound, text } from "./services.ts";
import { accepted, readText, refused } from "./texts.ts";

test("services need neither a virtual server nor a VIP, and keep the order of the file", () => {
  const written =
    "{ z: { start: [/bin/on, -z], stop: /bin/off }, a: { start: /bin/on, stop: /bin/off, timeout: 2s } }";
  assert.deepEqual(
    servicesOf(written).map(({ name, start, timeout }) => [name, start.args, timeout]),
    [
      ["z", ["-z"], 30_000],
      ["a", [], 2000],
    ],
  );
});

test("a check has the keys and defaults of virtual servers' checks, tcp unless it says so", () => {
  const [service] = servicesOf(
    "{ mail: { start: /bin/on, stop: /bin/off, check: { port: 25, fall: 3 } } }",
  );
  assert.deepEqual(service?.check, {
    type: "tcp",
    tls: null,
    interval: 2000,
    timeout: 2000,
    fall: 3,
    rise: 1,
    address: null,
    port: 25,
  });
});

test("a check that speaks inherits nothing from the virtual servers' defaults", () => {
  const written = `${text(
    "{ mail: { start: /bin/on, stop: /bin/off, check: { type: send_expect, port: 25, expect: '220' } } }",
  )}defaults: { check: { interval: 9s } }\n`;
  const { check } = accepted(readText(written)).failover.services[0] ?? assert.fail();
  assert.ok(check.type === "send_expect");
  assert.equal(check.interval, 2000);
  assert.equal(check.protocol, "tcp");
});

const refusals: readonly (readonly [name: string, services: string, said: RegExp])[] = [
  ["no stop", "{ mail: { start: /bin/on } }", /failover\.services\.mail: stop is missing/],
  ["no start", "{ mail: { stop: /bin/on } }", /failover\.services\.mail: start is missing/],
  [
    "a command without a path",
    "{ mail: { start: [systemctl, start, x], stop: /bin/off } }",
    /mail\.start\[0\]: "systemctl" is not the absolute path of a program/,
  ],
  [
    "a check without a port",
    "{ mail: { start: /bin/on, stop: /bin/off, check: { type: tcp } } }",
    /services\.mail\.check: port is missing/,
  ],
  [
    "a command that asks for the port",
    "{ mail: { start: /bin/on, stop: /bin/off, check: { type: command, command: /bin/look, args: ['%h:%p'] } } }",
    /services\.mail\.check\.args: %p stands for a port/,
  ],
  [
    "a name that is none",
    "{ 'a/b': { start: /bin/on, stop: /bin/off } }",
    /failover\.services: "a\/b" is no name of a failover service/,
  ],
  ["a service of nothing", "{ mail: }", /failover\.services\.mail: start is missing/],
  [
    "more than anybody has",
    `{ ${Array.from({ length: 65 }, (_, at) => `s${at}: { start: /bin/on, stop: /bin/off }`).join(", ")} }`,
    /failover\.services: more than 64 failover services/,
  ],
];

for (const [name, services, said] of refusals)
  test(`${name} is refused`, () => {
    accepted(readText(text(sound)));
    assert.match(
      refused(readText(text(services)))
        .map(printProblem)
        .join("\n"),
      said,
    );
  });

test("a file that asks for nothing at all is refused, and says what there could be", () => {
  accepted(readText(text(sound)));
  const [problem] = refused(readText(text("{}")));
  assert.match(problem?.message ?? "", /there is nothing to do/);
  assert.match(problem?.hint ?? "", /failover\.services/);
});
