import assert from "node:assert/strict";
import { test } from "node:test";
import { problemsOf, serversOf } from "./tunnels.ts";

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
