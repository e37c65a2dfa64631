import assert from "node:assert/strict";
import { test } from "node:test";
import { triedChecks } from "../../src/config/config.ts";
import { accepted, readText, refused } from "./texts.ts";

const text = (check: string): string => `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
    check: ${check}
    real_servers:
      rs1: { address: 10.0.0.1, weight: 3 }
      rs2: { address: 10.0.0.2, weight: 7 }
`;

const args = (check: string): readonly (readonly string[])[] =>
  (accepted(readText(text(check))).virtualServers[0]?.realServers ?? []).map((real) => {
    const [one] = triedChecks(real.check);
    return one?.type === "command" ? one.args : assert.fail("no command");
  });

test("a command has the VIP and each real server's weight in its arguments", () => {
  const given = "{ type: command, command: /bin/ask, args: ['%v/%w', '%h:%p'] }";
  assert.deepEqual(args(given), [
    ["192.0.2.2/3", "%h:%p"],
    ["192.0.2.2/7", "%h:%p"],
  ]);
  const listed = "[{ type: command, command: /bin/ask, args: ['%w'] }, { type: tcp }]";
  assert.deepEqual(args(listed), [["3"], ["7"]]);
});

test("ldirectord's programs get VIP, port, real server and its port behind their own arguments", () => {
  const given = "{ type: command, command: /bin/ask, args: [-v], convention: ldirectord }";
  for (const each of args(given)) assert.deepEqual(each, ["-v", "192.0.2.2", "80", "%h", "%p"]);
});

test("a failover service has no VIP, no weight and no port to hand over", () => {
  const service = (rest: string): string => `routers: { primary: { public: 192.0.2.1 } }
failover:
  services:
    mail:
      start: /bin/on
      stop: /bin/off
      check: { type: command, command: /bin/look, ${rest} }
virtual_servers: { w: { address: 192.0.2.2, port: 80, real_servers: { r: { address: 10.0.0.1 } } } }
`;
  accepted(readText(service("args: ['%h']")));
  const why = (rest: string): string => refused(readText(service(rest)))[0]?.message ?? "";
  assert.match(why("args: ['%v']"), /%v and %w stand for a virtual server's address and weight/);
  assert.match(why("args: ['a%w']"), /%v and %w/);
  assert.match(why("convention: ldirectord"), /no VIP and no port to hand over/);
});
