import assert from "node:assert/strict";
import { test } from "node:test";
import { printProblem } from "../../../src/keys/problem.ts";
import { least } from "../least.ts";
import { accepted, readText, refused } from "../texts.ts";

const text = (failover: string): string => `routers:
  primary: { public: 192.0.2.1, private: 10.0.0.1 }
  backup: { public: 192.0.2.9, private: 10.0.0.9 }
failover: ${failover}
virtual_servers:
  web: { address: 192.0.2.2, port: 80, real_servers: { rs1: { address: 10.0.0.3 } } }
`;

const failoverOf = (written: string) => accepted(readText(text(written))).failover;

test("gateway is one address or several, each once", () => {
  assert.deepEqual(failoverOf("{ gateway: 192.0.2.254 }").gateway, ["192.0.2.254"]);
  assert.deepEqual(failoverOf("{ gateway: [192.0.2.254, fd00::1, 192.0.2.254] }").gateway, [
    "192.0.2.254",
    "fd00::1",
  ]);
});

test("a fence is a command with its words, 10 s and stay unless it says otherwise", () => {
  assert.deepEqual(failoverOf("{ fence: { command: /usr/sbin/fence } }").fence, {
    command: { command: "/usr/sbin/fence", args: [] },
    timeout: 10_000,
    onFailure: "stay",
    passwordFile: null,
  });
  const words = "{ fence: { command: [/bin/cut, -p, 3], timeout: 2s, on_failure: take_over } }";
  assert.deepEqual(failoverOf(words).fence, {
    command: { command: "/bin/cut", args: ["-p", "3"] },
    timeout: 2000,
    onFailure: "take_over",
    passwordFile: null,
  });
});

const refusals: readonly (readonly [name: string, failover: string, said: RegExp])[] = [
  [
    "a gateway that is the peer",
    "{ gateway: [192.0.2.9] }",
    /failover\.gateway: 192\.0\.2\.9 is routers\.backup\.public \(an arbiter is a third machine/,
  ],
  [
    "a gateway that is a VIP",
    "{ gateway: 192.0.2.2 }",
    /failover\.gateway: 192\.0\.2\.2 is the VIP of virtual_servers\.web/,
  ],
  [
    "a link-local gateway",
    "{ gateway: fe80::1 }",
    /failover\.gateway: fe80::1 is link-local: it means another machine on each link/,
  ],
  [
    "a fence without a path",
    "{ fence: { command: [fence, now] } }",
    /failover\.fence\.command\[0\]: "fence" is not the absolute path of a program/,
  ],
  ["a fence of nothing", "{ fence: { command: [] } }", /failover\.fence\.command: has no program/],
  ["a fence without a command", "{ fence: {} }", /failover\.fence: command is missing/],
];

for (const [name, failover, said] of refusals)
  test(`${name} is refused`, () => {
    accepted(readText(text("{}")));
    assert.match(
      refused(readText(text(failover)))
        .map(printProblem)
        .join("\n"),
      said,
    );
  });

test("monitor_links: false turns it off, one name is a list of one", () => {
  const links = (value: string) =>
    accepted(readText(`${least}failover: { monitor_links: ${value} }\n`)).failover.monitorLinks;
  assert.deepEqual(links("false"), []);
  assert.deepEqual(links("eth0"), ["eth0"]);
  assert.deepEqual(links("[eth0, eth1]"), ["eth0", "eth1"]);
  assert.equal(links(""), "vips");
});
