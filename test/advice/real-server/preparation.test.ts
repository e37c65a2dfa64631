import assert from "node:assert/strict";
import { test } from "node:test";
import { ownOf, preparationOf } from "../../../src/advice/real-server/preparation.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";

function prepared(text: string, servers: number) {
  const config = accepted(readText(text));
  const [web] = config.virtualServers;
  assert.ok(web !== undefined);
  const realServers = web.realServers.slice(0, servers);
  return preparationOf(config, web, { realServers, forwarding: "nat" });
}

test("a script knows the VIP, its ports, the gateway, and the routers where it must not run", () => {
  const { name, vips, ports, gateways, routers, packed, passivePorts } = prepared(soundText, 2);
  assert.deepEqual([name, vips], ["web", ["192.168.26.10"]]);
  assert.deepEqual(ports, [{ protocol: "tcp", first: 80, last: 80 }]);
  assert.deepEqual(gateways, [{ address: "10.11.12.10", length: 24 }]);
  assert.deepEqual(routers, ["192.168.26.9", "10.11.12.9", "192.168.26.8", "10.11.12.8"]);
  assert.deepEqual([packed, passivePorts], [[], null]);
});

test("the own address is known where the script is for one real server alone", () => {
  assert.equal(ownOf(prepared(soundText, 1), 4), "10.11.12.1");
  assert.equal(ownOf(prepared(soundText, 2), 4), "OWN-ADDRESS");
  assert.equal(ownOf(prepared(soundText, 1), 6), "OWN-ADDRESS");
});

test("packets of a tunnel come packed in one way for each kind, however many servers", () => {
  const tunnel = "forwarding: tunnel\n    tunnel: { type: gue, port: 6080 }\n    port: 80";
  const { packed } = prepared(soundText.replace("port: 80", tunnel), 2);
  assert.deepEqual(packed, [{ type: "gue", inner: 4, outer: 4, port: 6080, checksum: false }]);
});
