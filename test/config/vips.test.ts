import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, readText, refused } from "./texts.ts";

const head = "routers: { primary: { public: 192.0.2.1 } }\n";

const servers = (...entries: string[]): string =>
  `${head}virtual_servers:\n${entries
    .map((entry, at) => `  vs${at}: { port: ${80 + at}, ${entry} }\n`)
    .join("")}`;

const vips = (text: string) =>
  accepted(readText(text)).vips.map(({ prefix, device, label, kind }) =>
    [`${prefix.address}/${prefix.length}`, label ?? device ?? "?", kind].join(" "),
  );

const cases: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  [
    "one VIP of two virtual servers is claimed once, with what either says",
    servers("address: 192.0.2.10", "address: 192.0.2.10/24, device: eth0:1"),
    ["192.0.2.10/24 eth0:1 vip"],
  ],
  [
    "without a length it is the host's prefix",
    servers("address: 192.0.2.10", "address: '2001:db8::0:10'"),
    ["192.0.2.10/32 ? vip", "2001:db8::10/128 ? vip"],
  ],
  [
    "the NAT router's address comes first, then VIPs in the order of the file, then the others",
    `${servers("address: 192.0.2.20/24", "address: 192.0.2.10/24")}vips: [{ address: 192.0.2.5/24, device: eth0 }]\nnat_router: { address: 10.0.0.254/24 }\n`,
    [
      "10.0.0.254/24 ? nat-router",
      "192.0.2.20/24 ? vip",
      "192.0.2.10/24 ? vip",
      "192.0.2.5/24 eth0 vip",
    ],
  ],
  [
    "device: none is not claimed",
    servers("address: 192.0.2.10/24, device: none", "address: 192.0.2.11/24"),
    ["192.0.2.11/24 ? vip"],
  ],
  [
    "an inactive virtual server needs no VIP",
    servers("address: 192.0.2.10/24, active: false", "address: 192.0.2.11/24"),
    ["192.0.2.11/24 ? vip"],
  ],
  [
    "an address of an inactive and an active virtual server is claimed",
    servers("address: 192.0.2.10/24, active: false", "address: 192.0.2.10"),
    ["192.0.2.10/24 ? vip"],
  ],
  [
    "a label and its own device are no contradiction",
    servers("address: 192.0.2.10/24, device: eth0:1", "address: 192.0.2.10/24, device: eth0"),
    ["192.0.2.10/24 eth0:1 vip"],
  ],
];

for (const [name, text, expected] of cases) {
  test(`VIPs: ${name}`, () => {
    assert.deepEqual(vips(text), expected);
  });
}

const refusals: readonly (readonly [name: string, sound: string, faulty: string, said: RegExp])[] =
  [
    [
      "claimed and not claimed",
      servers("address: 192.0.2.10/24", "address: 192.0.2.10/24"),
      servers("address: 192.0.2.10/24", "address: 192.0.2.10/24, device: none"),
      /none here, but virtual_servers\.vs0 has the VIP claimed/,
    ],
    [
      "two labels",
      servers("address: 192.0.2.10/24, device: eth0:1", "address: 192.0.2.10"),
      servers("address: 192.0.2.10/24, device: eth0:1", "address: 192.0.2.10, device: eth0:2"),
      /eth0:2 here and eth0:1 in virtual_servers\.vs0/,
    ],
    [
      "a label for IPv6",
      servers("address: '2001:db8::1/64', device: eth0"),
      servers("address: '2001:db8::1/64', device: eth0:1"),
      /IPv6 addresses have no labels/,
    ],
    [
      "the network itself",
      servers("address: 192.0.2.2/31"),
      servers("address: 192.0.2.0/24"),
      /192\.0\.2\.0\/24 is the network itself/,
    ],
    [
      "everybody",
      servers("address: 192.0.2.2"),
      servers("address: 0.0.0.0"),
      /unspecified address/,
    ],
    ["a group", servers("address: 192.0.2.2"), servers("address: 224.0.0.18"), /multicast address/],
    [
      "a prefix of nothing",
      servers("address: 192.0.2.2"),
      servers("address: 192.0.2.2/0"),
      /Internet/,
    ],
    [
      "a wrong length",
      servers("address: 192.0.2.2/32"),
      servers("address: 192.0.2.2/33"),
      /no IP address/,
    ],
    [
      "an interface with a slash",
      servers("address: 192.0.2.2, device: eth0"),
      servers("address: 192.0.2.2, device: ../eth0"),
      /is no interface/,
    ],
    [
      "an empty label",
      servers("address: 192.0.2.2, device: eth0:1"),
      servers("address: 192.0.2.2, device: 'eth0:'"),
      /no alias label/,
    ],
  ];

for (const [name, sound, faulty, said] of refusals) {
  test(`VIP refused: ${name}`, () => {
    accepted(readText(sound));
    const [problem, ...others] = refused(readText(faulty));
    assert.deepEqual(others, []);
    assert.match(problem?.message ?? "", said);
    assert.ok(problem?.hint);
  });
}

test("virtual and real servers are in one order, their place in the file is kept", () => {
  const real = (address: string) => `{ address: ${address} }`;
  const text = `${head}virtual_servers:
  six: { address: "2001:db8::1", port: 80 }
  udp: { address: 192.0.2.9, port: 53, protocol: udp }
  ten: { address: 192.0.2.10, port: 80, real_servers: { b: ${real("10.0.0.10")}, a: ${real("10.0.0.9")} } }
  late: { address: 192.0.2.9, port: 443 }
  early: { address: 192.0.2.9, port: 80 }
`;
  const { virtualServers } = accepted(readText(text));
  assert.deepEqual(
    virtualServers.map((server) => [server.name, server.position]),
    [
      ["early", 4],
      ["late", 3],
      ["ten", 2],
      ["six", 0],
      ["udp", 1],
    ],
  );
  assert.deepEqual(
    virtualServers[2]?.realServers.map((server) => [server.name, server.position]),
    [
      ["a", 1],
      ["b", 0],
    ],
  );
});
