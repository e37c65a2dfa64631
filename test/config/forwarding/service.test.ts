import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualServer } from "../../../src/config/config.ts";
import { chooseMarks, merged } from "../../../src/config/forwarding/service.ts";
import { describeRule, packetRules } from "../../../src/table/packet-filter.ts";
import { accepted, readText, refused } from "../texts.ts";
import { configOf, external, head, problems } from "./served.ts";

const one = (servers: string, rest = ""): VirtualServer => {
  const [server] = configOf(servers, rest).virtualServers;
  assert.ok(server !== undefined);
  return server;
};

test("several ports of one virtual server are one service by a firewall mark", () => {
  const web = one(
    "web: { address: 192.0.2.2, ports: [443, 80, 10000-20000, 53/udp, 15000-20001], real_servers: { a: { address: 10.0.0.1 } } }",
  );
  assert.deepEqual(web.mark?.traffic, [
    { protocol: "tcp", from: 80, to: 80 },
    { protocol: "tcp", from: 443, to: 443 },
    { protocol: "tcp", from: 10_000, to: 20_001 },
    { protocol: "udp", from: 53, to: 53 },
  ]);
  assert.deepEqual([web.mark?.families, web.mark?.addresses], [[4], ["192.0.2.2"]]);
  assert.deepEqual([web.address, web.port], ["192.0.2.2", null]);
  // Checks go to the first TCP port of the list; connections keep theirs.
  const [real] = web.realServers;
  assert.deepEqual([real?.port, real?.mapsPort, real?.check.type], [443, false, "tcp"]);
});

test("one port with its protocol is a plain service, whatever the form", () => {
  const dns = one("dns: { address: 192.0.2.2, ports: [53/udp] }");
  assert.deepEqual([dns.mark, dns.protocol, dns.port], [null, "udp", 53]);
  const marked = one("dns: { address: 192.0.2.2, port: 53, fwmark: 7 }");
  assert.deepEqual([marked.mark?.fwmark, marked.port], [7, null]);
});

test("addresses of both families are one virtual server, and each is claimed", () => {
  const config = configOf(
    "web: { address: [192.0.2.2/24, '2001:db8::2/64'], port: 80, device: eth0, real_servers: { a: { address: 10.0.0.1 }, b: { address: fd00::1 } } }",
  );
  assert.deepEqual(config.virtualServers[0]?.mark?.families, [4, 6]);
  assert.deepEqual(
    config.vips.map(({ prefix, device }) => [prefix.address, prefix.length, device]),
    [
      ["192.0.2.2", 24, "eth0"],
      ["2001:db8::2", 64, "eth0"],
    ],
  );
});

test("a mark alone is for rules of the operator's own", () => {
  const web = one(
    "web: { fwmark: 80, real_servers: { a: { address: 10.0.0.1, port: 8080 } } }",
    external,
  );
  assert.deepEqual(web.mark, { fwmark: 80, families: [4], addresses: [], traffic: [] });
  assert.deepEqual([web.address, web.port], [null, null]);
  // As IPVS does with NAT: the real server's own port, whatever port was asked for.
  assert.deepEqual([web.realServers[0]?.port, web.realServers[0]?.mapsPort], [8080, true]);
  assert.match(
    problems("web: { fwmark: 80, real_servers: {} }")[0] ?? "",
    /address is missing; .*or set `marks: external` where your own rules mark/,
  );
  assert.match(
    problems("web: { address: 192.0.2.2, ports: [80, 443] }", external)[0] ?? "",
    /marks: external is set; add `fwmark:`/,
  );
  assert.match(
    problems("web: { fwmark: 80, real_servers: { a: { address: 10.0.0.1 } } }", external)[0] ?? "",
    /the check of a service by firewall mark needs a port/,
  );
  const unchecked = one(
    "web: { fwmark: 80, check: { type: none }, real_servers: { a: { address: 10.0.0.1 } } }",
    external,
  );
  assert.equal(unchecked.realServers[0]?.port, 0);
});

test("by a mark with persistence a port cannot be changed", () => {
  const servers = "real_servers: { a: { address: 10.0.0.1, port: 8080 } }";
  const of = (keys: string) =>
    `web: { address: [192.0.2.2, 192.0.2.3], port: 80, ${keys}${servers} }`;
  assert.equal(one(of("")).realServers[0]?.mapsPort, true);
  assert.match(
    problems(of("persistence: {}, "))[0] ?? "",
    /8080, and persistence by a firewall mark keeps the port 80/,
  );
  assert.match(problems(of("forwarding: direct, "))[0] ?? "", /cannot change the port 80/);
  const several = one(`web: { address: 192.0.2.2, ports: [80, 443], ${servers} }`);
  assert.deepEqual([several.realServers[0]?.port, several.realServers[0]?.mapsPort], [8080, false]);
});

test("FTP has its passive ports in the service, and persistence", () => {
  const ftp = one("ftp: { address: 192.0.2.2, ftp: { passive_ports: 10000-10100 } }");
  assert.deepEqual(ftp.mark?.traffic, [
    { protocol: "tcp", from: 21, to: 21 },
    { protocol: "tcp", from: 10_000, to: 10_100 },
  ]);
  assert.deepEqual(ftp.persistence, { timeout: 300_000, maskBits: 32, engine: null });
  const own = one(
    "ftp: { address: 192.0.2.2, port: 2121, persistence: { timeout: 60s }, ftp: { passive_ports: 10000-10100 } }",
  );
  assert.deepEqual([own.mark?.traffic[0]?.from, own.persistence?.timeout], [2121, 60_000]);
});

test("the source of masquerading is the router or a VIP", () => {
  const masquerade = (value: string) =>
    `${head}nat_router: { address: 10.0.0.254/24, masquerade: ${value} }\nvirtual_servers: { web: { address: 192.0.2.2, port: 80 } }\n`;
  assert.equal(accepted(readText(masquerade("false"))).masquerade, false);
  assert.equal(accepted(readText(masquerade("true"))).masquerade, true);
  assert.equal(accepted(readText(masquerade("192.0.2.2"))).masquerade, "192.0.2.2");
  assert.match(refused(readText(masquerade("192.0.2.77")))[0]?.message ?? "", /is no VIP of this/);
});

test("nat_router has one address of each family, and a VIP masquerades its own", () => {
  const text = (address: string, masquerade: string) =>
    `${head}nat_router: { address: ${address}, masquerade: ${masquerade} }\nvirtual_servers: { web: { address: 192.0.2.2, port: 80 } }\n`;
  const both = '[10.0.0.254/24, "fd11::254/64"]';
  const config = accepted(readText(text(both, "192.0.2.2")));
  const gateways = config.vips.filter(({ kind }) => kind === "nat-router");
  assert.deepEqual(
    gateways.map(({ prefix }) => prefix.address),
    ["10.0.0.254", "fd11::254"],
  );
  const sources = (masquerade: string) =>
    packetRules(accepted(readText(text(both, masquerade)))).map(describeRule);
  assert.deepEqual(sources("192.0.2.2"), ["from 10.0.0.0/24: source 192.0.2.2"]);
  assert.deepEqual(sources("true"), [
    "from 10.0.0.0/24: source of the router",
    "from fd11::/64: source of the router",
  ]);
  const why = (address: string) => refused(readText(text(address, "false")))[0]?.message ?? "";
  assert.match(why("[10.0.0.254/24, 10.0.1.254/24]"), /two addresses of one family/);
  assert.match(why("[]"), /an empty list/);
  const other = refused(readText(text('"fd11::254/64"', "192.0.2.2")))[0]?.message;
  assert.match(other ?? "", /192\.0\.2\.2 is not of the family of fd11::254/);
});

test("marks follow from names alone, and two that meet are ordered by the alphabet", () => {
  const names = Array.from({ length: 3000 }, (_, at) => `server-${at}`);
  const marks = chooseMarks(names, new Set());
  assert.equal(new Set(marks.values()).size, names.length);
  assert.deepEqual(chooseMarks(names.toReversed(), new Set()), marks);
  for (const mark of marks.values()) assert.equal(mark >>> 16, 0x4c56);
  const [mark = 0] = chooseMarks(["web"], new Set()).values();
  assert.deepEqual([...chooseMarks(["web"], new Set([mark])).values()], [mark + 1]);
  const config = configOf("web: { address: 192.0.2.2, ports: [80, 443] }");
  assert.equal(config.virtualServers[0]?.mark?.fwmark, mark);
});

test("ports that overlap or adjoin are one range", () => {
  const span = (from: number, to: number) => ({ protocol: "tcp" as const, from, to });
  assert.deepEqual(merged([span(5, 9), span(1, 2), span(3, 3), span(6, 7)]), [
    span(1, 3),
    span(5, 9),
  ]);
});
