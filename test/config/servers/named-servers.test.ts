/** Host names as addresses of real servers: where they are allowed, and what becomes of them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hostsOf, withAddresses } from "../../../src/config/servers/named-servers.ts";
import type { HostName, IpAddress } from "../../../src/model/address.ts";
import { accepted, readText, refused } from "../texts.ts";

const text = (keys: string, real: string) =>
  `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  web: { address: 192.0.2.2, port: 80, ${keys} real_servers: { ${real} } }
`;
const read = (real: string, keys = "") => accepted(readText(text(keys, real)));
const named = "rs1: { address: App.Internal., weight: 3 }, rs2: { address: 10.0.0.9 }";
const answers = (...addresses: string[]) =>
  new Map([["app.internal" as HostName, addresses as IpAddress[]]]);

describe("a host name as the address of a real server", () => {
  it("is read in lower case, apart from the real servers with addresses", () => {
    const config = read(named);
    assert.deepEqual(hostsOf(config), ["app.internal"]);
    const [web] = config.virtualServers;
    assert.deepEqual(
      web?.realServers.map(({ name }) => name),
      ["rs2"],
    );
    assert.deepEqual(
      web?.namedServers.map(({ name, weight, port }) => [name, weight, port]),
      [["rs1", 3, 80]],
    );
  });

  it("makes a real server of each address of the virtual server's family, in the table's order", () => {
    const config = withAddresses(read(named), answers("10.0.0.10", "10.0.0.1", "2001:db8::1"));
    const [web] = config.virtualServers;
    assert.deepEqual(
      web?.realServers.map(({ name, weight }) => [name, weight]),
      [
        ["rs1@10.0.0.1", 3],
        ["rs2", 1],
        ["rs1@10.0.0.10", 3],
      ],
    );
    // Once more: what was made before is replaced.
    const again = withAddresses(config, answers("10.0.0.1"));
    assert.equal(again.virtualServers[0]?.realServers.length, 2);
  });

  it("leaves out what can serve nobody: a VIP, loopback, what is there already", () => {
    const config = withAddresses(read(named), answers("192.0.2.2", "127.0.0.1", "10.0.0.9"));
    assert.deepEqual(
      config.virtualServers[0]?.realServers.map(({ name }) => name),
      ["rs2"],
    );
  });

  it("changes nothing where there are no names", () => {
    const config = read("rs2: { address: 10.0.0.9 }");
    assert.equal(withAddresses(config, answers("10.0.0.1")), config);
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    [
      "a wrong address is no name",
      "rs1: { address: 10.0.0.300 }",
      /is no IP address and no host name/,
    ],
    [
      "nor is a number in hexadecimal",
      "rs1: { address: '0x7f000001' }",
      /is no IP address and no host name/,
    ],
    ["nor is what is neither", "rs1: { address: 'a b' }", /is no IP address and no host name/],
    [
      "direct routing keeps the port",
      "rs1: { address: app, port: 8080, forwarding: direct }",
      /8080/,
    ],
    ["one name once", "rs1: { address: app }, rs2: { address: app }", /app:80 is rs1 already/],
  ];
  for (const [name, real, message] of wrong)
    it(name, () => {
      const [problem] = refused(readText(text("", real)));
      assert.match(problem?.message ?? "", message);
    });

  it("is allowed there only", () => {
    const vip = "routers: { primary: { public: 192.0.2.1 } }\nvips: [{ address: app.internal }]\n";
    assert.ok(refused(readText(vip)).length > 0);
    assert.ok(refused(readText("routers: { primary: { public: app.internal } }\n")).length > 0);
    const sorry = refused(readText(text("sorry_server: { address: app.internal },", "")));
    assert.match(sorry[0]?.message ?? "", /no IP address/);
  });

  it("leaves the quorum unjudged: how many it stands for is not known", () => {
    read("rs1: { address: app }", "quorum: { up: 3 },");
  });
});
