import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Refusal, refuses, where } from "./spoiled.ts";
import { accepted, readText, refused, soundText } from "./texts.ts";

const refusals: readonly Refusal[] = [
  [
    "an unknown scheduler",
    "scheduler: wlc",
    "scheduler: wcl",
    `${where(24, 16)}virtual_servers.web.scheduler: unknown scheduler "wcl" (did you mean "wlc"?)`,
  ],
  [
    "an unknown key",
    "  interval: 250ms",
    "  intervall: 250ms",
    `${where(6, 3)}heartbeat: unknown key "intervall" (did you mean "interval"?)`,
  ],
  [
    "an unknown key at the top",
    "guard:",
    "gard:",
    `${where(14, 1)}unknown key "gard" (did you mean "guard"?)`,
  ],
  [
    "a key without a value",
    "port: 80",
    "port: 80\n    active:",
    `${where(24, 5)}virtual_servers.web.active: has no value (give \`true\` or \`false\`)`,
  ],
  [
    "a duration without a meaning",
    "interval: 2s",
    "interval: 2 days",
    `${where(29, 17)}virtual_servers.web.check.interval: "2 days" is no duration (write 250ms, 2s, 1.5s, 5m, 1h or a plain number of seconds)`,
  ],
  [
    "an interval that no scheduler keeps",
    "interval: 250ms",
    "interval: 5ms",
    `${where(6, 13)}heartbeat.interval: 5ms is too short (use 10ms to 1m)`,
  ],
  [
    "a fraction of a second where the kernel counts in seconds",
    "tcp: 900s",
    "tcp: 900.5s",
    `${where(15, 18)}timeouts.tcp: 900500ms is not a whole number of seconds (use 1s to 744h)`,
  ],
  [
    "a name instead of an address",
    "public: 192.168.26.8",
    "public: lb2.example.com",
    `${where(4, 21)}routers.backup.public: "lb2.example.com" is no IP address (give an IPv4 or IPv6 address such as 192.0.2.1 or 2001:db8::1; no names)`,
  ],
  [
    "a router without an address",
    "public: 192.168.26.9, ",
    "",
    `${where(3, 12)}routers.primary: public is missing (add \`public:\` with an IPv4 or IPv6 address)`,
  ],
  [
    "a VIP that is its network's broadcast address",
    "address: 192.168.26.11/24",
    "address: 192.168.26.255/24",
    `${where(34, 14)}virtual_servers.dns.address: 192.168.26.255/24 is the broadcast address of its network (give an address of a host in that network)`,
  ],
  [
    "a VIP of two lengths",
    "address: 192.168.26.11/24",
    "address: 192.168.26.10/25",
    `${where(34, 14)}virtual_servers.dns.address: 192.168.26.10/25 is 192.168.26.10/24 in virtual_servers.web (give one VIP one prefix length)`,
  ],
  [
    "a VIP on two devices",
    "address: 192.168.26.11/24",
    "address: 192.168.26.10/24\n    device: eth1",
    `${where(35, 13)}virtual_servers.dns.device: eth1 here and eth0:1 in virtual_servers.web (give one VIP one device)`,
  ],
  [
    "one label on two addresses",
    "address: 192.168.26.11/24",
    "address: 192.168.26.11/24\n    device: eth0:1",
    `${where(35, 13)}virtual_servers.dns.device: the label eth0:1 is that of 192.168.26.10 in virtual_servers.web (give each VIP its own label)`,
  ],
  [
    "a label that the kernel would cut",
    "device: eth0:1",
    "device: enp0s31f6:primary",
    `${where(22, 13)}virtual_servers.web.device: "enp0s31f6:primary" has more than 15 characters (the kernel keeps no longer name or label)`,
  ],
  [
    "the NAT router's address claimed nowhere",
    "device: eth1 }",
    "device: none }",
    `${where(16, 48)}nat_router.device: an address that is not claimed does nothing here (name its interface, or leave the device out)`,
  ],
  [
    "a virtual server that is served twice",
    "192.168.26.11/24\n    protocol: udp\n    port: 53",
    "192.168.26.10/24\n    protocol: tcp\n    port: 80",
    `${where(33, 3)}virtual_servers.dns: tcp 192.168.26.10:80 is served by virtual_servers.web already (change the address, the port or the protocol of one)`,
  ],
  [
    "a real server of another family",
    "rs1: { address: 10.11.12.1, weight",
    "rs1: { address: fd00::1, weight",
    `${where(31, 23)}virtual_servers.web.real_servers.rs1.address: fd00::1 is IPv6, and the VIP 192.168.26.10 is IPv4 (nat and direct keep the family)`,
  ],
  [
    "another port behind direct routing",
    "      rs1: { address: 10.11.12.1 }",
    "      rs1: { address: 10.11.12.1, port: 5353 }",
    `${where(39, 41)}virtual_servers.dns.real_servers.rs1.port: 5353 with direct routing, which cannot change the port 53 (remove it, or use forwarding: nat)`,
  ],
  [
    "a weight that ipvsadm would take silently",
    "weight: 1 ",
    "weight: 65536 ",
    `${where(31, 43)}virtual_servers.web.real_servers.rs1.weight: 65536 is too large (use 0 to 65535)`,
  ],
  [
    "a port that does not exist",
    "port: 80",
    "port: 65536",
    `${where(23, 11)}virtual_servers.web.port: 65536 is too large (use 1 to 65535)`,
  ],
  [
    "a missing port",
    "    port: 80\n",
    "",
    `${where(20, 3)}virtual_servers.web: port is missing (add \`port:\` with a port, 1 to 65535)`,
  ],
  [
    "a mask with a hole",
    "netmask: 255.255.255.0",
    "netmask: 255.0.255.0",
    `${where(25, 44)}virtual_servers.web.persistence.netmask: 255.0.255.0 has a 1 behind a 0: it is no netmask (write 255.255.255.0, or 24)`,
  ],
  [
    "a name with a blank",
    "      rs2: { address",
    "      rs 2: { address",
    `${where(32, 7)}virtual_servers.web.real_servers: "rs 2" is no name of a real server (use 1 to 63 letters, digits, \`-\`, \`_\` and \`.\`)`,
  ],
  [
    "a number that is octal to some",
    "port: 80",
    "port: 080",
    `${where(23, 11)}virtual_servers.web.port: "080" is not a port (use 1 to 65535)`,
  ],
  [
    "yes, which is a text in YAML 1.2",
    "port: 80",
    "port: 80\n    quiesce: yes",
    `${where(24, 14)}virtual_servers.web.quiesce: "yes" is neither true nor false (write true)`,
  ],
  [
    "a list where a map belongs",
    "guard: { remove_percent: 50 }",
    "guard: [50]",
    `${where(14, 8)}guard: a list where a map of keys is expected (write one \`key: value\` line each)`,
  ],
];

test("the text that the refusals spoil is sound", () => {
  assert.equal(accepted(readText(soundText)).virtualServers.length, 2);
});

refuses(refusals);

test("all problems are reported at once, from top to bottom", () => {
  const text = soundText
    .replace("serial: 3", "serial: x")
    .replace("dead_after: 1s", "dead_after: 300ms")
    .replace("wlc", "wcl")
    .replace("weight: 1 ", "weight: 70000 ")
    .replace("port: 53", "port: 0");
  const places = refused(readText(text)).map((problem) => [problem.line, problem.column]);
  assert.deepEqual(places, [
    [1, 9],
    [7, 15],
    [24, 16],
    [31, 43],
    [36, 11],
  ]);
});

test("without includes the hash is the file's SHA-256", () => {
  const { hash } = accepted(readText(soundText));
  assert.equal(hash, createHash("sha256").update(soundText).digest("hex"));
  assert.notEqual(accepted(readText(`${soundText}# other\n`)).hash, hash);
});
