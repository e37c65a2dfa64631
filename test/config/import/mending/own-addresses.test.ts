import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { read } from "../surrounded.ts";

describe("addresses of the router itself", () => {
  const block = (kind: string, sorry: string) =>
    `virtual_server 198.51.100.10 80 {\n    lb_kind ${kind}\n    protocol TCP\n    sorry_server ${sorry} 80\n    real_server 10.9.0.1 80 {\n        TCP_CHECK { }\n    }\n}\n`;
  test("a sorry server on loopback is reached by direct routing", () => {
    const direct = read(["keepalived.conf", block("DR", "127.0.0.1")]);
    const [server] = Object.values(direct.yaml.virtual_servers) as Record<string, object>[];
    assert.deepEqual(server?.sorry_server, { address: "127.0.0.1" });
    const nat = read(["keepalived.conf", block("NAT", "127.0.0.1")]);
    const [other] = Object.values(nat.yaml.virtual_servers) as Record<string, object>[];
    assert.deepEqual(other?.sorry_server, { address: "127.0.0.1", forwarding: "direct" });
    assert.ok(
      nat.said.some((line) => /^suspicious .*sorry_server: with nat .*never answered/.test(line)),
    );
  });
  test("a real server that is a VIP is left out", () => {
    const text = `${block("NAT", "10.9.0.9")}virtual_server 198.51.100.11 80 {\n    protocol TCP\n    real_server 198.51.100.10 80 {\n        TCP_CHECK { }\n    }\n    real_server 10.9.0.2 80 {\n        TCP_CHECK { }\n    }\n}\n`;
    const { yaml, said } = read(["keepalived.conf", text]);
    assert.deepEqual(Object.keys(yaml.virtual_servers["tcp-198.51.100.11-80"].real_servers), [
      "rs-10.9.0.2",
    ]);
    assert.ok(
      said.some((line) => /^left-out keepalived\.conf:11 real server 198\.51\.100\.10/.test(line)),
    );
  });
});
