import assert from "node:assert/strict";
import { test } from "node:test";
import type { RealServer } from "../../src/config/config.ts";
import { accepted, readText, refused } from "./texts.ts";

const head = `routers:
  primary: { public: 192.0.2.8 }
  backup: { public: 192.0.2.9 }
`;

/** One virtual server with these further keys, and real servers. */
const withServer = (keys: string, servers: string, rest = ""): string =>
  `${head}${rest}virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
${keys
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => `    ${line}\n`)
  .join("")}    real_servers: ${servers}\n`;

const serversOf = (keys: string, servers: string, rest?: string): readonly RealServer[] =>
  accepted(readText(withServer(keys, servers, rest))).virtualServers[0]?.realServers ?? [];

const problemsOf = (keys: string, servers: string, rest?: string): readonly string[] =>
  refused(readText(withServer(keys, servers, rest))).map(
    ({ message, hint }) => `${message}; ${hint}`,
  );

test("a tunnel is IP in IP unless it says otherwise, and real servers may differ", () => {
  const servers = serversOf(
    "forwarding: tunnel\ntunnel: { type: gue, port: 6080, checksum: remote }",
    `{ a: { address: 10.0.0.1 }, b: { address: 10.0.0.2, tunnel: { type: gre, checksum: true } },
       c: { address: 10.0.0.3, tunnel: {} }, d: { address: 10.0.0.4, forwarding: nat } }`,
  );
  assert.deepEqual(
    servers.map(({ forwarding, tunnel }) => [forwarding, tunnel]),
    [
      ["tunnel", { type: "gue", port: 6080, checksum: "remote" }],
      ["tunnel", { type: "gre", checksum: true }],
      ["tunnel", { type: "ipip" }],
      ["nat", { type: "ipip" }],
    ],
  );
});

test("options of a tunnel that its kind does not have are refused", () => {
  const one = "{ a: { address: 10.0.0.1 } }";
  const of = (tunnel: string) => problemsOf(`forwarding: tunnel\ntunnel: ${tunnel}`, one);
  assert.match(of("{ type: gue }")[0] ?? "", /web\.tunnel: gue without a port; add `port:`/);
  assert.match(of("{ type: gre, port: 6080 }")[0] ?? "", /tunnel\.port: gre has no port/);
  assert.match(of("{ checksum: true }")[0] ?? "", /checksum: ipip has no checksum of its own/);
  assert.match(of("{ type: gre, checksum: remote }")[0] ?? "", /remote is for gue alone/);
  assert.match(of("{ type: gue, port: 6080, checksum: yes }")[0] ?? "", /write true, false or/);
  assert.match(
    problemsOf("", "{ a: { address: 10.0.0.1, tunnel: { type: gre } } }")[0] ?? "",
    /a\.tunnel: its forwarding is nat; add `forwarding: tunnel`/,
  );
});

test("a port that the method cannot change is refused, with the method named", () => {
  const of = (forwarding: string) =>
    problemsOf(`forwarding: ${forwarding}`, "{ a: { address: 10.0.0.1, port: 8080 } }");
  assert.match(of("tunnel")[0] ?? "", /8080 with a tunnel, which cannot change the port 80/);
  assert.match(of("direct")[0] ?? "", /8080 with direct routing, which cannot change the port 80/);
  const [mapped] = serversOf("", "{ a: { address: 10.0.0.1, port: 8080 } }");
  assert.equal(mapped?.port, 8080);
});

test("a tunnel alone may lead to the other family, without connection synchronisation", () => {
  const other = "{ a: { address: fd00::1 } }";
  const [server] = serversOf("forwarding: tunnel", other);
  assert.equal(server?.address, "fd00::1");
  assert.match(problemsOf("forwarding: direct", other)[0] ?? "", /nat and direct keep the family/);
  const sync = "connection_sync: { device: eth1, id: 1 }\n";
  assert.match(
    problemsOf("forwarding: tunnel", other, sync)[0] ?? "",
    /connection_sync is on; the kernel refuses such a tunnel/,
  );
});

test("SCTP is balanced, without a check unless one is given", () => {
  const [server] = serversOf("protocol: sctp", "{ a: { address: 10.0.0.1 } }");
  assert.deepEqual(server?.check, { type: "none" });
  const [checked] = serversOf("protocol: sctp\ncheck: {type: tcp}", "{ a: {address: 10.0.0.1} }");
  assert.equal(checked?.check.type, "tcp");
  assert.match(
    problemsOf("protocol: sctp\none_packet: true", "{}")[0] ?? "",
    /one-packet scheduling of sctp/,
  );
});

test("the persistence engine sip is for UDP", () => {
  const keys = "persistence: { engine: sip }\n";
  const config = accepted(readText(withServer(`${keys}protocol: udp`, "{}")));
  assert.equal(config.virtualServers[0]?.persistence?.engine, "sip");
  assert.match(problemsOf(keys, "{}")[0] ?? "", /sip with protocol tcp; it is for protocol: udp/);
  assert.match(
    problemsOf("persistence: { engine: rtp }", "{}")[0] ?? "",
    /unknown persistence eng/,
  );
});
