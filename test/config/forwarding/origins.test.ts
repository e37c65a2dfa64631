/** Where checks come from: what must hold of it, and what it is on each router and machine. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Config, triedChecks } from "../../../src/config/config.ts";
import { originOn } from "../../../src/config/forwarding/origins.ts";
import { missingOrigins } from "../../../src/config/on-this-machine.ts";
import { parsePrefix } from "../../../src/model/address.ts";
import { accepted, readText, refused } from "../texts.ts";

const pair = `routers:
  primary: { public: 192.0.2.8, private: 10.0.0.8 }
  backup: { public: 192.0.2.9, private: 10.0.0.9 }`;

const text = (
  check: string,
  { servers = "rs1: { address: 10.0.0.1 }", routers = pair, more = "" } = {},
) => `${routers}
heartbeat: { authentication: none }
${more}
virtual_servers:
  web:
    address: 192.0.2.2/24
    port: 80
    check: ${check}
    real_servers: { ${servers} }
  other:
    address: 192.0.2.2/24
    fwmark: 80
    port: 81
    real_servers: { rs1: { address: 10.0.0.3 }, rs2: { address: 10.0.0.4 } }
`;

function checkIn({ virtualServers }: Config) {
  const server = virtualServers.find(({ name }) => name === "web");
  const [check] = triedChecks(server?.realServers[0]?.check ?? { type: "none" });
  return check ?? assert.fail("no check");
}

describe("where a check comes from", () => {
  it("is left out unless it is written", () => {
    const config = accepted(readText(text("{ type: tcp }")));
    assert.equal("from" in checkIn(config), false);
    assert.equal(originOn(config, "primary", checkIn(config)), undefined);
  });

  it("is each router's own address, by a word or by a list", () => {
    for (const [source, primary, backup] of [
      ["private", "10.0.0.8", "10.0.0.9"],
      ["public", "192.0.2.8", "192.0.2.9"],
      ["[10.0.0.18, 10.0.0.19]", "10.0.0.18", "10.0.0.19"],
      ["10.0.0.77", "10.0.0.77", "10.0.0.77"],
    ] as const) {
      const keys = `{ type: tcp, source: ${source}, source_port: 1021, device: eth1, fwmark: 21 }`;
      const config = accepted(readText(text(keys)));
      const rest = { port: 1021, device: "eth1", mark: 21 };
      const check = checkIn(config);
      assert.deepEqual(originOn(config, "primary", check), { source: primary, ...rest });
      assert.deepEqual(originOn(config, "backup", check), { source: backup, ...rest });
    }
  });

  it("lies over each check of a list that uses the network", () => {
    const servers = "rs1: { address: 10.0.0.1, check: { source: private } }";
    const list = "[{ type: tcp }, { type: ping }, { type: command, command: /bin/true }]";
    const config = accepted(readText(text(list, { servers })));
    const [real] = config.virtualServers.find(({ name }) => name === "web")?.realServers ?? [];
    assert.deepEqual(
      triedChecks(real?.check ?? { type: "none" }).map((each) => each.from?.source ?? null),
      ["private", "private", null],
    );
  });

  it("is a fault of this router where it lacks the address", () => {
    const config = accepted(readText(text("{ type: tcp, source: private }")));
    const { primary } = config.routers;
    const poorer = { routers: { primary: { ...primary, private: null }, backup: null } };
    assert.deepEqual(originOn(poorer, "primary", checkIn(config)), {
      lacks: "routers.primary has no private address",
    });
  });

  const six = {
    servers: "rs1: { address: '2001:db8::1', forwarding: tunnel }",
  };
  const alone = { routers: "routers: { primary: { public: 192.0.2.8 } }" };
  const wrong: readonly (readonly [
    name: string,
    check: string,
    message: RegExp,
    around?: Parameters<typeof text>[1],
  ])[] = [
    [
      "a VIP",
      "{ type: tcp, source: 192.0.2.2 }",
      /192\.0\.2\.2 is the floating address of virtual/,
    ],
    [
      "the floating gateway",
      "{ type: tcp, source: 10.0.0.10 }",
      /floating address of nat_router, which only the active router has/,
      { more: "nat_router: { address: 10.0.0.10/24, device: eth1 }" },
    ],
    [
      "one router's own",
      "{ type: tcp, source: 10.0.0.8 }",
      /source: 10\.0\.0\.8 is routers\.primary\.private$/,
    ],
    [
      "the other router's own",
      "{ type: tcp, source: [10.0.0.9, 10.0.0.8] }",
      /source: 10\.0\.0\.9 is routers\.backup\.private$/,
    ],
    ["two families", '{ type: tcp, source: [10.0.0.18, "fd00::1"] }', /are of different families/],
    ["a word of no address", "{ type: tcp, source: private }", /has no private address$/, alone],
    ["no address", "{ type: tcp, source: eth1 }", /"eth1" is no IP address/],
    ["a list of one", "{ type: tcp, source: [10.0.0.18] }", /source: 1 addresses$/],
    [
      "another family",
      "{ type: tcp, source: private }",
      /goes to 2001:db8::1, which is IPv6$/,
      six,
    ],
    ["a mark of lvsd's", "{ type: tcp, fwmark: 1291845632 }", /by which lvsd leads checks$/],
    ["a mark of several servers", "{ type: tcp, fwmark: 80 }", /any of whose real servers/],
    [
      "a way through the service",
      "{ type: tcp, via: service, device: eth1 }",
      /through the service has a source and a mark of its own$/,
    ],
    ["a port of ICMP", "{ type: ping, source_port: 7 }", /type ping has no `source_port`/],
    ["a program", "{ type: command, command: /x, source: public }", /has no `source`/],
    [
      "one port for two checks of one",
      "[{ type: tcp, source_port: 7 }, { type: http, source_port: 7 }]",
      /several checks go to port 80 of 10\.0\.0\.1 from source port 7$/,
    ],
  ];
  for (const [name, check, message, around] of wrong)
    it(`is refused: ${name}`, () => {
      const problems = refused(readText(text(check, around)));
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0]?.message ?? "", message);
      assert.ok(problems[0]?.hint);
      assert.ok(problems[0]?.line);
    });

  it("may be one port for equal checks and other servers, and the own address of a lone router", () => {
    const equal = "[{ type: tcp, source_port: 7 }, { type: tcp, source_port: 7, fall: 3 }]";
    accepted(readText(text(equal)));
    const servers = "rs1: { address: 10.0.0.1 }, rs2: { address: 10.0.0.5 }";
    accepted(readText(text("{ type: tcp, source_port: 7 }", { servers })));
    accepted(readText(text("{ type: tcp, source: 192.0.2.8 }", alone)));
  });
});

describe("a machine without what checks are to come from", () => {
  const interfaces = [
    ["lo", "127.0.0.1/8"],
    ["eth0", "10.0.0.18/24"],
  ].map(([name = "", at = ""]) => ({
    name,
    addresses: [{ prefix: parsePrefix(at) ?? assert.fail(at) }],
  }));
  const missing = (check: string, role: "primary" | "backup" | null) => {
    const read = readText(text(check));
    assert.ok("config" in read);
    return missingOrigins(read.places, role, interfaces).map(({ message, line }) => [
      line,
      message,
    ]);
  };

  it("is said at the key, for the router that it is", () => {
    const each = "{ type: tcp, source: [10.0.0.18, 10.0.0.19] }";
    assert.deepEqual(missing(each, "primary"), []);
    assert.deepEqual(missing(each, "backup"), [
      [10, "virtual_servers.web.check.source: 10.0.0.19 is not on this machine"],
    ]);
    assert.deepEqual(missing(each, null), [], "whose it is, is not known");
    assert.deepEqual(missing("{ type: tcp, source: 127.0.0.9, device: eth0 }", "primary"), []);
    assert.deepEqual(missing("{ type: tcp, device: eth7 }", null), [
      [10, "virtual_servers.web.check.device: device eth7 does not exist"],
    ]);
  });
});
