import assert from "node:assert/strict";
import { test } from "node:test";
import { least } from "../least.ts";
import { accepted, readText } from "../texts.ts";

test("mh and sh have their fallback flag unless others are given", () => {
  const flags = (keys: string) =>
    accepted(readText(`${least}defaults: { ${keys} }\n`)).virtualServers[0]?.schedulerFlags;
  assert.deepEqual(flags("scheduler: mh"), ["mh-fallback"]);
  assert.deepEqual(flags("scheduler: sh"), ["sh-fallback"]);
  assert.deepEqual(flags("scheduler: sh, scheduler_flags: []"), []);
  assert.deepEqual(flags("scheduler: mh, scheduler_flags: [mh-port]"), ["mh-port"]);
  assert.deepEqual(flags("scheduler: rr"), []);
});

test("netmasks are dotted masks or prefix lengths", () => {
  const bits = (netmask: string, vip = "192.0.2.2") =>
    accepted(
      readText(
        least
          .replace("192.0.2.2", vip)
          .replace("10.0.0.1", vip.includes(":") ? "fd00::1" : "10.0.0.1")
          .replace("port: 80", `port: 80, persistence: { netmask: ${netmask} }`),
      ),
    ).virtualServers[0]?.persistence?.maskBits;
  assert.equal(bits("255.255.255.0"), 24);
  assert.equal(bits("255.255.255.255"), 32);
  assert.equal(bits("24"), 24);
  assert.equal(bits("/24"), 24);
  assert.equal(bits(""), 32);
  assert.equal(bits("64", "'2001:db8::2'"), 64);
  assert.equal(bits("", "'2001:db8::2'"), 128);
});

test("a real server overrides forwarding, port, weight and activity", () => {
  const text = least.replace(
    "rs1: { address: 10.0.0.1 }",
    "rs1: { address: 10.0.0.1, forwarding: nat, port: 8080, weight: 0, active: false }, rs2: { address: 10.0.0.2 }",
  );
  const [server] = accepted(readText(`${text}forwarding: direct\n`)).virtualServers;
  assert.deepEqual(
    server?.realServers.map((real) => [real.forwarding, real.port, real.weight, real.active]),
    [
      ["nat", 8080, 0, false],
      ["direct", 80, 1, true],
    ],
  );
});
