import assert from "node:assert/strict";
import { test } from "node:test";
import { type Refusal, refuses, where } from "./spoiled.ts";
import { readText, refused, soundText } from "./texts.ts";

test("a wrong default is one problem, however many servers inherit it", () => {
  const text = `${soundText}defaults: { scheduler_flags: [sh-port] }\n`;
  const problems = refused(readText(text));
  assert.deepEqual(
    problems.map((problem) => [problem.line, problem.message]),
    [[40, "defaults.scheduler_flags: sh-port is no flag of wlc"]],
  );
});

const refusals: readonly Refusal[] = [
  [
    "a real server that stands twice in a virtual server",
    "rs2: { address: 10.11.12.2",
    "rs2: { address: 10.11.12.1",
    `${where(32, 7)}virtual_servers.web.real_servers.rs2: 10.11.12.1:80 is rs1 already (remove one of the two)`,
  ],
  [
    "a mask of the other family",
    "netmask: 255.255.255.0",
    "netmask: 64",
    `${where(25, 44)}virtual_servers.web.persistence.netmask: no netmask of IPv4, which virtual_servers.web is (use 0 to 32, or a dotted mask)`,
  ],
  [
    "one-packet scheduling of TCP",
    "port: 80",
    "port: 80\n    one_packet: true",
    `${where(24, 17)}virtual_servers.web.one_packet: one-packet scheduling of tcp (it is for protocol: udp)`,
  ],
];

refuses(refusals);
