/** `via: service`: which checks can go through IPVS, and by which marks. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { triedChecks, type VirtualServer } from "../../../src/config/config.ts";
import { withPaths } from "../../../src/config/forwarding/paths.ts";
import { isPrivateMark } from "../../../src/model/service.ts";
import { config, realServer, tcpCheck, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";
import { accepted, readText, refused } from "../texts.ts";

const text = (check: string, keys = "address: 192.0.2.2, port: 80", real = "") =>
  `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  web: { ${keys}, check: ${check}, real_servers: { rs1: { address: 10.0.0.1${real} } } }
`;

const via = (text_: string) => {
  const [server] = accepted(readText(text_)).virtualServers;
  const checks = server?.realServers.flatMap(({ check }) => triedChecks(check));
  return checks?.map((check) => check.via);
};

const problem = (written: string): string => refused(readText(written))[0]?.message ?? "";

describe("checks through the service", () => {
  it("go straight unless it is written", () => {
    assert.deepEqual(via(text("{ type: tcp }")), [undefined]);
    assert.deepEqual(via(text("{ type: tcp, via: direct }")), [undefined]);
  });

  it("have the VIP, the port of the clients, and a mark of their own", () => {
    const [nat] = via(text("{ type: http, via: service }", undefined, ", port: 8080")) ?? [];
    assert.equal(nat?.vip, "192.0.2.2");
    assert.equal(nat?.port, 80, "NAT changes the port");
    assert.ok(isPrivateMark(nat?.mark ?? 0));
    const direct = "address: 192.0.2.2, port: 80, forwarding: direct";
    const [other] = via(text("{ type: http, via: service, port: 81 }", direct)) ?? [];
    assert.equal(other?.port, 81, "direct routing keeps it");
    assert.notEqual(other?.mark, nat?.mark);
  });

  it("of a service by mark go to the VIP of the real server's family", () => {
    const keys = "address: [192.0.2.2, '2001:db8::2'], port: 80";
    const [six] =
      via(
        `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  web: { ${keys}, check: { via: service }, real_servers: { rs1: { address: '2001:db8:1::1' } } }
`,
      ) ?? [];
    assert.equal(six?.vip, "2001:db8::2");
  });

  it("are refused where the type cannot go that way, with the reason", () => {
    for (const [check, why] of [
      ["{ type: ping, via: service }", /type ping cannot .*: ICMP is not balanced$/],
      ["{ type: command, command: /bin/true, via: service }", /opens its own sockets$/],
      ["{ type: file, file: /etc/up, via: service }", /a file of this machine$/],
      ["{ type: ftp, via: service }", /data connection has a port of its own$/],
      ["{ type: none, via: service }", /it has no tries$/],
      ["{ type: tcp, via: service, address: 10.0.0.9 }", /the check goes to 10\.0\.0\.9/],
    ] as const)
      assert.match(problem(text(check)), why, check);
  });

  it("are refused for a failover service, and where there is no VIP", () => {
    const service = `routers: { primary: { public: 192.0.2.1 } }
failover:
  services:
    s: { start: /bin/true, stop: /bin/true, check: { type: tcp, port: 80, via: service } }
`;
    assert.match(problem(service), /there is no virtual server to go through$/);
    const marked = `marks: external\n${text("{ type: tcp, via: service }", "fwmark: 7", ", port: 80")}`;
    assert.match(problem(marked), /goes through the service, and .* has no address$/);
  });

  it("keep their marks from the operator", () => {
    const written = text("{ type: tcp }", "address: 192.0.2.2, port: 80, fwmark: 1291845632");
    assert.match(problem(written), /1291845632 belongs to the marks/);
  });

  it("are inherited with the type alone", () => {
    const written = text("{ type: http, via: service }", undefined, ", check: { type: ping }");
    assert.deepEqual(via(written), [undefined]);
    const same = text("{ type: http, via: service }", undefined, ", check: { path: /x }");
    assert.equal(via(same)?.[0]?.vip, "192.0.2.2");
  });
});

describe("the marks of ways", () => {
  const carried = { ...tcpCheck(), via: null };
  const server = (name: string, ...hosts: readonly number[]): VirtualServer =>
    virtualServer(name, {
      realServers: hosts.map((host) =>
        realServer(`rs${host}`, {
          address: address(`10.0.${host >> 8}.${host & 255}`),
          check: carried,
        }),
      ),
    });
  const marksOf = (servers: readonly VirtualServer[]) =>
    withPaths(servers).flatMap(({ realServers }) =>
      realServers.flatMap(({ check }) => triedChecks(check).map((each) => each.via?.mark)),
    );

  it("follow from the destination: others that come and go change none", () => {
    const [first] = marksOf([server("web", 1)]);
    const [, again] = marksOf([server("web", 0, 1, 2, 3)]);
    assert.equal(again, first);
    const two = marksOf([server("web", 1), server("shop", 1)]);
    assert.deepEqual(two, [first, first], "one destination, one mark");
  });

  it("differ for thousands of destinations", () => {
    const hosts = Array.from({ length: 10_000 }, (_, host) => host);
    const marks = marksOf([server("web", ...hosts)]);
    assert.equal(new Set(marks).size, 10_000);
    assert.ok(marks.every((mark) => isPrivateMark(mark ?? 0)));
  });

  it("cost nothing where no check goes that way", () => {
    const servers = config(virtualServer("web")).virtualServers;
    assert.equal(withPaths(servers), servers);
  });
});
