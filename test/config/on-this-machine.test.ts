import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AnsweringHere,
  answeredHere,
  devicesFail,
  type InterfaceHere,
  missingDevices,
  resolveDevices,
  roleHere,
} from "../../src/config/on-this-machine.ts";
import { printProblem } from "../../src/keys/problem.ts";
import { parsePrefix } from "../../src/model/address.ts";
import { readText } from "./texts.ts";

const text = `routers:
  primary: { public: 192.0.2.1, private: 10.0.0.1 }
  backup: { public: 192.0.2.2, private: 10.0.0.2 }
failover: { monitor_links: [eth0] }
virtual_servers:
  web: { address: 192.0.2.10/24, port: 80 }
  api: { address: 10.0.0.10/24, port: 80, device: "eth1:1" }
`;

const written = readText(text);
if ("problems" in written) assert.fail(written.problems.map(printProblem).join("\n"));
const { config, places } = written;

const at = (name: string, ...prefixes: string[]): InterfaceHere => ({
  name,
  addresses: prefixes.map((prefix) => ({ prefix: parsePrefix(prefix) ?? assert.fail(prefix) })),
});

const roles: readonly (readonly [
  name: string,
  interfaces: readonly InterfaceHere[],
  role: unknown,
])[] = [
  [
    "by its public address",
    [at("lo", "127.0.0.1/8"), at("eth0", "192.0.2.1/24")],
    { role: "primary" },
  ],
  ["by its private address alone", [at("eth1", "10.0.0.2/24")], { role: "backup" }],
  ["neither", [at("eth0", "192.0.2.3/24")], "neither"],
  ["neither, without interfaces", [], "neither"],
  ["both", [at("eth0", "192.0.2.1/24", "192.0.2.2/24")], "both"],
  [
    "both, one by its private address",
    [at("eth0", "192.0.2.1/24"), at("eth1", "10.0.0.2/24")],
    "both",
  ],
];

for (const [name, interfaces, role] of roles) {
  test(`own role: ${name}`, () => {
    assert.deepEqual(roleHere(config, interfaces), role);
  });
}

const devices: readonly (readonly [
  name: string,
  interfaces: readonly InterfaceHere[],
  device: string | RegExp,
])[] = [
  [
    "the interface whose network holds the VIP",
    [at("eth1", "10.0.0.1/24"), at("eth0", "192.0.2.1/24")],
    "eth0",
  ],
  ["the longest match", [at("wide", "192.0.0.1/16"), at("narrow", "192.0.2.1/25")], "narrow"],
  [
    "the longest match, whatever the order",
    [at("narrow", "192.0.2.1/25"), at("wide", "192.0.0.1/16")],
    "narrow",
  ],
  ["an interface with two networks", [at("eth0", "192.0.2.1/24", "192.0.2.7/24")], "eth0"],
  [
    "the VIP itself is no network",
    [at("lo", "192.0.2.10/32"), at("dummy0", "192.0.2.10/32"), at("eth0", "192.0.2.1/24")],
    "eth0",
  ],
  ["lo carries no VIP", [at("lo", "192.0.2.1/24"), at("eth0", "192.0.2.1/20")], "eth0"],
  [
    "none",
    [at("eth0", "198.51.100.1/24")],
    /6:19: virtual_servers\.web\.address: no interface has a network that holds 192\.0\.2\.10\/24 \(name its `device`\)/,
  ],
  [
    "several",
    [at("eth0", "192.0.2.1/24"), at("eth2", "192.0.2.7/24")],
    /several interfaces have .*: eth0, eth2/,
  ],
];

for (const [name, interfaces, expected] of devices) {
  test(`device of a VIP: ${name}`, () => {
    const resolved = resolveDevices(config, interfaces, places);
    if (typeof expected === "string") {
      assert.ok("config" in resolved);
      assert.deepEqual(
        resolved.config.vips.map((vip) => [vip.device, vip.label]),
        [
          [expected, null],
          ["eth1", "eth1:1"],
        ],
      );
    } else {
      assert.ok("problems" in resolved);
      assert.match(resolved.problems.map(printProblem).join("\n"), expected);
    }
  });
}

test("devices that are named and missing are reported with their place", () => {
  const all = [at("eth0", "192.0.2.1/24"), at("eth1", "10.0.0.1/24")];
  assert.deepEqual(missingDevices(config, all, places), []);
  assert.deepEqual(missingDevices(config, [at("ens3", "192.0.2.1/24")], places).map(printProblem), [
    "/etc/lvsd/lvsd.yaml:7:51: virtual_servers.api.device: device eth1 of 10.0.0.10/24 does not exist (this machine has ens3)",
    "/etc/lvsd/lvsd.yaml:4:28: failover.monitor_links: device eth0 does not exist (this machine has ens3)",
  ]);
});

test("a VIP that its device does not take is reported with its place and the command that mends it", () => {
  const six = readText(`${text}  six: { address: "2001:db8::10/64", port: 80, device: eth1.91 }\n`);
  if ("problems" in six) assert.fail(six.problems.map(printProblem).join("\n"));
  const interfaces = ["eth0", "eth1", "eth1.91"].map((name) => at(name, "192.0.2.1/24"));
  const failing = (ipv6: boolean) =>
    devicesFail(six.config, { interfaces, ipv6: () => ipv6 }, six.places).map(printProblem);
  assert.deepEqual(failing(true), []);
  assert.deepEqual(failing(false), [
    "/etc/lvsd/lvsd.yaml:8:56: virtual_servers.six.device: 2001:db8::10/64 cannot be held: IPv6 is off on eth1.91 (sysctl -w net.ipv6.conf.eth1/91.disable_ipv6=0)",
  ]);
});

test("a VIP that is here in another program's form is reported, lvsd's own is not", () => {
  const has = (name: string, prefix: string, source = true): AnsweringHere => ({
    name,
    addresses: [{ prefix: parsePrefix(prefix) ?? assert.fail(prefix), source }],
  });
  const resolved = resolveDevices(config, [at("eth0", "192.0.2.1/24")], places);
  assert.ok("config" in resolved);
  const told = (here: AnsweringHere, loopbackAnswers = true) =>
    answeredHere(resolved.config, [here], loopbackAnswers).map(printProblem);
  assert.deepEqual(told(has("eth0", "192.0.2.10/32", false)), []);
  assert.deepEqual(told(has("eth0", "192.0.2.1/24")), [], "the router's own address");
  assert.deepEqual(told(has("lo", "192.0.2.10/32"), false), [], "a real server's");
  const hint = "stop whoever put it there, then: ip addr del";
  assert.deepEqual(
    [
      has("eth0", "192.0.2.10/32"),
      has("eth0", "192.0.2.10/24", false),
      has("eth2", "192.0.2.10/32", false),
      has("lo", "192.0.2.10/32"),
    ].flatMap((here) => told(here)),
    [
      `192.0.2.10/32 is on eth0 and answers for a VIP, but not by lvsd (${hint} 192.0.2.10/32 dev eth0)`,
      `192.0.2.10/24 is on eth0 and answers for a VIP, but not by lvsd (${hint} 192.0.2.10/24 dev eth0)`,
      `192.0.2.10/32 is on eth2 and answers for a VIP, but not by lvsd (${hint} 192.0.2.10/32 dev eth2)`,
      "192.0.2.10/32 is on lo and answers for a VIP, but not by lvsd (ip addr del 192.0.2.10/32 dev lo, or sysctl -w net.ipv4.conf.all.arp_ignore=1)",
    ],
  );
});

test("a VIP that another program holds is left to it, and its replacement is named", () => {
  const resolved = resolveDevices(config, [at("eth0", "192.0.2.1/24")], places);
  assert.ok("config" in resolved);
  const claimant = { label: "keepalived (process 812)", instead: "lvsd takeover-from keepalived" };
  const on = (name: string, prefix: string): AnsweringHere => ({
    name,
    addresses: [{ prefix: parsePrefix(prefix) ?? assert.fail(prefix), source: true }],
  });
  const told = (here: AnsweringHere) =>
    answeredHere(resolved.config, [here], true, claimant).map(printProblem).join("\n");
  assert.equal(
    told(on("eth0", "192.0.2.10/24")),
    "192.0.2.10/24 is on eth0 and answers for a VIP, but not by lvsd: keepalived (process 812) runs here (lvsd takeover-from keepalived)",
  );
  assert.match(told(on("lo", "192.0.2.10/32")), /ip addr del 192\.0\.2\.10\/32 dev lo/);
  assert.equal(told(on("eth0", "192.0.2.1/24")), "", "an address that is no VIP");
});
