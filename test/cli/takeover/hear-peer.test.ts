import assert from "node:assert/strict";
import { test } from "node:test";
import { peerSilent, peerTakes } from "../../../src/cli/takeover/hear-peer.ts";
import type { Config } from "../../../src/config/config.ts";
import { readConfig } from "../../../src/config/read-config.ts";

function configWith(routers: string): Config {
  const text = `routers: ${routers}
heartbeat: { authentication: none, dead_after: 200ms, interval: 50ms }
virtual_servers:
  web:
    address: 192.0.2.10/24
    device: eth0
    port: 80
    real_servers: { rs1: { address: 192.0.2.21 } }
`;
  const read = readConfig("/lvsd.yaml", { read: () => ({ text }), glob: () => [] });
  assert.ok("config" in read, JSON.stringify(read));
  return read.config;
}

test("a router without another one hears none that has taken the VIPs", async () => {
  const single = configWith("{ primary: { public: 192.0.2.1 } }");
  assert.equal(await peerTakes(single, "primary", []), "silent");
  assert.equal(await peerSilent(single, "primary", []), "there is no other router");
});

test("a peer that cannot be listened for is not a silent one", async () => {
  // TEST-NET-1 (RFC 5737) is on no machine, so that nothing can be bound there.
  const pair = configWith("{ primary: { public: 192.0.2.1 }, backup: { public: 192.0.2.2 } }");
  const heard = await peerTakes(pair, "primary", []);
  assert.ok(typeof heard === "object", String(heard));
  assert.match(heard.failed, /192\.0\.2\.1/);
});
